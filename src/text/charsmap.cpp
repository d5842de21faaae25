#include "text/charsmap.h"

#include <cstring>

#include "base/check.h"
#include "text/utf8.h"

namespace gallop::text {

Charsmap::Charsmap(std::string_view blob, const std::string& where) {
  if (blob.empty()) return;
  std::uint32_t bytes = 0;
  GALLOP_CHECK(blob.size() >= 4, FormatError, "{}: the normaliser table ends after {} bytes", where, blob.size());
  std::memcpy(&bytes, blob.data(), 4);
  GALLOP_CHECK(bytes % 4 == 0 && bytes <= blob.size() - 4 && bytes >= 4, FormatError, "{}: the normaliser's trie has {} bytes of {}", where,
               bytes, blob.size());
  units_.resize(bytes / 4);
  std::memcpy(units_.data(), blob.data() + 4, bytes);
  replacements_ = std::string(blob.substr(4 + bytes));
  GALLOP_CHECK(!replacements_.empty() && replacements_.back() == '\0', FormatError, "{}: the normaliser's replacements are cut off", where);
}

// The first, shortest key that begins the sequence (darts-clone layout: label, leaf bit, offset in one word).
std::optional<std::string_view> Charsmap::replacement(std::string_view sequence) const {
  if (units_.empty()) return std::nullopt;
  const auto offset_of = [](std::uint32_t unit) { return (unit >> 10) << ((unit & (1U << 9)) >> 6); };
  std::size_t node = offset_of(units_[0]);
  for (const char c : sequence) {
    node ^= static_cast<unsigned char>(c);
    if (node >= units_.size()) return std::nullopt;
    const auto unit = units_[node];
    if ((unit & ((1U << 31) | 0xFFU)) != static_cast<unsigned char>(c)) return std::nullopt;
    node ^= offset_of(unit);
    if (node >= units_.size()) return std::nullopt;
    if ((unit >> 8) & 1U) {
      const std::size_t at = units_[node] & ((1U << 31) - 1);
      if (at >= replacements_.size()) return std::nullopt;
      return std::string_view(replacements_.c_str() + at);
    }
  }
  return std::nullopt;
}

std::string Charsmap::normalize(std::string_view text) const {
  std::string result;
  std::size_t begin = 0;
  for (const auto end : grapheme_ends(text)) {
    const auto cluster = text.substr(begin, end - begin);
    begin = end;
    if (cluster.size() < 6) {
      if (const auto whole = replacement(cluster)) {
        result += *whole;
        continue;
      }
    }
    for (const auto& letter : letters(cluster)) {
      const auto part = cluster.substr(letter.offset, letter.length);
      result += replacement(part).value_or(part);
    }
  }
  return result;
}

}  // namespace gallop::text
