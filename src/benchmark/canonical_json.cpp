#include "benchmark/canonical_json.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <vector>

#include "base/check.h"

namespace gallop::benchmark {
namespace {

// ECMAScript's Number::toString on the shortest digits that read back as the same double.
std::string number_text(double value) {
  GALLOP_CHECK(std::isfinite(value), InvalidArgument, "canonical JSON: {} is no number of JSON", value);
  if (value == 0) return "0";
  std::array<char, 40> buffer{};
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), std::abs(value), std::chars_format::scientific).ptr;
  const std::string_view text(buffer.data(), static_cast<std::size_t>(end - buffer.data()));
  const auto mark = text.find('e');
  std::string digits(text.substr(0, mark));
  std::erase(digits, '.');
  const int point = std::stoi(std::string(text.substr(mark + 1))) + 1;  // digits before the decimal point
  const int count = static_cast<int>(digits.size());
  std::string out = value < 0 ? "-" : "";
  if (point > 21 || point < -5) {
    out += digits.substr(0, 1);
    if (count > 1) out += "." + digits.substr(1);
    return out + fmt::format("e{:+}", point - 1);
  }
  if (point <= 0) return out + "0." + std::string(static_cast<std::size_t>(-point), '0') + digits;
  if (count <= point) return out + digits + std::string(static_cast<std::size_t>(point - count), '0');
  return out + digits.substr(0, static_cast<std::size_t>(point)) + "." + digits.substr(static_cast<std::size_t>(point));
}

std::string string_text(const std::string& text) {
  try {
    return base::Json(text).dump(-1, ' ', false, base::Json::error_handler_t::strict);
  } catch (const base::Json::exception&) {
    throw InvalidArgument("canonical JSON: a text is not UTF-8");
  }
}

// UTF-16 order differs from byte order only between U+E000..U+FFFF and what lies above: surrogates sort first there.
bool before(const std::string& a, const std::string& b) {
  const auto rank = [](unsigned char c) { return c >= 0xf0 ? 0xed : c >= 0xee ? c + 1 : static_cast<int>(c); };
  return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end(), [&](char x, char y) {
    return rank(static_cast<unsigned char>(x)) < rank(static_cast<unsigned char>(y)) ||
           (rank(static_cast<unsigned char>(x)) == rank(static_cast<unsigned char>(y)) &&
            static_cast<unsigned char>(x) < static_cast<unsigned char>(y));
  });
}

void write(const base::Json& value, std::string& out) {
  if (value.is_object()) {
    std::vector<const base::Json::object_t::value_type*> entries;
    for (const auto& entry : value.get_ref<const base::Json::object_t&>()) entries.push_back(&entry);
    std::sort(entries.begin(), entries.end(), [](const auto* a, const auto* b) { return before(a->first, b->first); });
    out += '{';
    for (std::size_t i = 0; i < entries.size(); ++i) {
      out += (i > 0 ? "," : "") + string_text(entries[i]->first) + ":";
      write(entries[i]->second, out);
    }
    out += '}';
  } else if (value.is_array()) {
    out += '[';
    for (std::size_t i = 0; i < value.size(); ++i) {
      if (i > 0) out += ',';
      write(value[i], out);
    }
    out += ']';
  } else if (value.is_string()) {
    out += string_text(value.get_ref<const std::string&>());
  } else if (value.is_number_float()) {
    out += number_text(value.get<double>());
  } else {
    out += value.dump();
  }
}

}  // namespace

std::string canonical(const base::Json& value) {
  std::string out;
  write(value, out);
  return out;
}

base::Json json_number(double value) {
  if (std::isnan(value)) return nullptr;
  if (std::isinf(value)) return value > 0 ? "Infinity" : "-Infinity";
  return value;
}

double number_of(const base::Json& value) {
  if (value.is_null()) return std::numeric_limits<double>::quiet_NaN();
  if (value == "Infinity") return std::numeric_limits<double>::infinity();
  if (value == "-Infinity") return -std::numeric_limits<double>::infinity();
  return value.get<double>();
}

}  // namespace gallop::benchmark
