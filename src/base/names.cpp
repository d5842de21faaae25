#include "base/names.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdint>
#include <numeric>

namespace gallop::base {
namespace {

// Length of the valid UTF-8 sequence at the start of `text`, 0 when broken.
std::size_t sequence_length(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text[0]);
  const std::size_t length = lead < 0x80                     ? 1
                             : (lead >= 0xC2 && lead < 0xE0) ? 2
                             : (lead >= 0xE0 && lead < 0xF0) ? 3
                             : (lead >= 0xF0 && lead < 0xF5) ? 4
                                                             : 0;
  if (length == 0 || length > text.size()) return 0;
  for (std::size_t i = 1; i < length; ++i)
    if ((static_cast<unsigned char>(text[i]) & 0xC0) != 0x80) return 0;
  return length;
}

std::string escaped(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const auto length = sequence_length(text);
    const auto byte = static_cast<unsigned char>(text[0]);
    if (length == 0 || byte < 0x20 || byte == 0x7F) {
      out += fmt::format("\\x{:02x}", byte);
      text.remove_prefix(1);
      continue;
    }
    if (byte == '"' || byte == '\\') out += '\\';
    out += text.substr(0, length);
    text.remove_prefix(length);
  }
  return out;
}

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const auto keep = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({keep, row[j] + 1, row[j + 1] + 1});
    }
  }
  return row[b.size()];
}

}  // namespace

std::string quote(std::string_view text) {
  constexpr std::size_t kLongest = 300;
  if (text.size() <= kLongest) return '"' + escaped(text) + '"';
  return '"' + escaped(text.substr(0, 140)) + "..." + escaped(text.substr(text.size() - 140)) + '"';
}

std::vector<std::string> near_names(std::string_view wanted, std::span<const std::string> known) {
  std::vector<std::pair<std::size_t, std::string>> ranked;
  if (wanted.size() > 200) return {};
  for (const auto& name : known) {
    const auto distance = edit_distance(wanted, name);
    const bool inside = name.size() >= 4 && wanted.find(name) != std::string_view::npos;
    if (inside || distance <= std::max<std::size_t>(2, name.size() / 3)) ranked.emplace_back(distance, name);
  }
  std::sort(ranked.begin(), ranked.end());
  std::vector<std::string> names;
  for (std::size_t i = 0; i < ranked.size() && i < 3; ++i) names.push_back(ranked[i].second);
  return names;
}

std::string suggestion(std::string_view wanted, std::span<const std::string> known) {
  auto near = near_names(wanted, known);
  for (auto& name : near) name = quote(name);
  if (!near.empty()) return fmt::format("; did you mean {}?", fmt::join(near, " or "));
  constexpr std::size_t kMost = 60;
  const auto shown = known.first(std::min(known.size(), kMost));
  return fmt::format("; known: {}{}", fmt::join(shown, ", "),
                     shown.size() < known.size() ? fmt::format(" ... ({} in all)", known.size()) : "");
}

}  // namespace gallop::base
