// SentencePiece's precompiled normaliser: a double-array trie from UTF-8 sequences to replacements.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gallop::text {

class Charsmap {
 public:
  Charsmap() = default;
  // `blob`: trie length, trie, zero-ended replacements, little-endian. FormatError.
  explicit Charsmap(std::string_view blob, const std::string& where);
  // Grapheme by grapheme, as the fast tokenizers do: short clusters as a whole first, then letter by letter.
  std::string normalize(std::string_view text) const;

 private:
  std::optional<std::string_view> replacement(std::string_view sequence) const;
  std::vector<std::uint32_t> units_;
  std::string replacements_;
};

}  // namespace gallop::text
