#include "text/prompt.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <utility>

#include "text/utf8.h"

namespace gallop::text {
namespace {

bool is_blank(char32_t c) {
  return (c >= 0x09 && c <= 0x0D) || (c >= 0x1C && c <= 0x20) || c == 0x85 || c == 0xA0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200A) ||
         c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000;
}

bool is_control(char32_t c) {
  return c < 0x09 || c == 0x0B || (c >= 0x0E && c <= 0x1F) || c == 0x7F || (c >= 0x206A && c <= 0x206F) || c == 0xFEFF ||
         (c >= 0xFFF9 && c <= 0xFFFC);
}

const char* ligature(char32_t c) {
  static constexpr std::array kTable{
      std::pair{U'\u0132', "IJ"},        std::pair{U'\u0133', "ij"}, std::pair{U'\u0149', "\xCA\xBCn"}, std::pair{U'\u01F1', "DZ"},
      std::pair{U'\u01F2', "Dz"},        std::pair{U'\u01F3', "dz"}, std::pair{U'\u01C4', "D\xC5\xBD"}, std::pair{U'\u01C5', "D\xC5\xBE"},
      std::pair{U'\u01C6', "d\xC5\xBE"}, std::pair{U'\u01C7', "LJ"}, std::pair{U'\u01C8', "Lj"},        std::pair{U'\u01C9', "lj"},
      std::pair{U'\u01CA', "NJ"},        std::pair{U'\u01CB', "Nj"}, std::pair{U'\u01CC', "nj"},        std::pair{U'\uFB00', "ff"},
      std::pair{U'\uFB01', "fi"},        std::pair{U'\uFB02', "fl"}, std::pair{U'\uFB03', "ffi"},       std::pair{U'\uFB04', "ffl"},
      std::pair{U'\uFB05', "\xC5\xBFt"}, std::pair{U'\uFB06', "st"}};
  for (const auto& [code, text] : kTable)
    if (code == c) return text;
  return nullptr;
}

char32_t plain(char32_t c) {
  if (c == 0x02BC || (c >= 0x2018 && c <= 0x201B)) return U'\'';
  if (c >= 0x201C && c <= 0x201F) return U'"';
  if (c >= 0xFF01 && c <= 0xFF5E) return c - 0xFEE0;
  if (c == 0x3000) return U' ';
  if (c == 0x2028 || c == 0x2029 || c == 0x85) return U'\n';
  return c;
}

std::string repaired(std::string_view text) {
  std::string result;
  char32_t before = 0;
  for (const auto& letter : letters(text)) {
    const auto c = letter.code;
    if (c == U'\r') {
      result.push_back('\n');
    } else if (c == U'\n' && before == U'\r') {
      // already written
    } else if (const char* split = ligature(c)) {
      result += split;
    } else if (!is_control(c)) {
      append(result, plain(c));
    }
    before = c;
  }
  return nfc(result);
}

std::optional<char32_t> named_entity(std::string_view name) {
  static constexpr std::array<std::pair<std::string_view, char32_t>, 42> kTable{
      {{"amp", U'&'},     {"lt", U'<'},      {"gt", U'>'},       {"quot", U'"'},    {"apos", U'\''},   {"nbsp", 0xA0},    {"copy", 0xA9},
       {"reg", 0xAE},     {"trade", 0x2122}, {"hellip", 0x2026}, {"mdash", 0x2014}, {"ndash", 0x2013}, {"lsquo", 0x2018}, {"rsquo", 0x2019},
       {"ldquo", 0x201C}, {"rdquo", 0x201D}, {"laquo", 0xAB},    {"raquo", 0xBB},   {"bull", 0x2022},  {"middot", 0xB7},  {"deg", 0xB0},
       {"times", 0xD7},   {"divide", 0xF7},  {"plusmn", 0xB1},   {"frac12", 0xBD},  {"frac14", 0xBC},  {"euro", 0x20AC},  {"pound", 0xA3},
       {"yen", 0xA5},     {"cent", 0xA2},    {"sect", 0xA7},     {"para", 0xB6},    {"szlig", 0xDF},   {"eacute", 0xE9},  {"egrave", 0xE8},
       {"agrave", 0xE0},  {"ccedil", 0xE7},  {"auml", 0xE4},     {"ouml", 0xF6},    {"uuml", 0xFC},    {"ntilde", 0xF1},  {"iexcl", 0xA1}}};
  const auto found = std::find_if(kTable.begin(), kTable.end(), [&](const auto& row) { return row.first == name; });
  if (found == kTable.end()) return std::nullopt;
  return found->second;
}

std::optional<char32_t> entity(std::string_view body) {
  if (!body.starts_with('#')) return named_entity(body);
  const bool hex = body.size() > 1 && (body[1] == 'x' || body[1] == 'X');
  const auto digits = body.substr(hex ? 2 : 1);
  std::uint32_t code = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), code, hex ? 16 : 10);
  if (error != std::errc() || end != digits.data() + digits.size() || digits.empty()) return std::nullopt;
  if (code == 0 || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF)) return U'\uFFFD';
  return static_cast<char32_t>(code);
}

}  // namespace

std::string unescape_html(std::string_view text) {
  std::string result;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const auto end = text[at] == '&' ? text.find(';', at) : std::string_view::npos;
    if (end != std::string_view::npos && end - at <= 33) {
      if (const auto code = entity(text.substr(at + 1, end - at - 1))) {
        append(result, *code);
        at = end;
        continue;
      }
    }
    result.push_back(text[at]);
  }
  return result;
}

std::string clean_prompt(std::string_view prompt) {
  // The repair sees text without entities too, as ftfy resolves them where no "<" is around.
  std::string text(prompt);
  if (text.find('<') == std::string::npos) text = unescape_html(text);
  text = unescape_html(unescape_html(repaired(text)));
  std::string result;
  bool blank = false;
  for (const auto& letter : letters(text)) {
    if (is_blank(letter.code)) {
      blank = true;
      continue;
    }
    if (blank && !result.empty()) result.push_back(' ');
    blank = false;
    append(result, letter.code);
  }
  return result;
}

}  // namespace gallop::text
