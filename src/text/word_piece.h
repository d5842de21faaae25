// The lower-cased word-piece tokenizer of BERT (Devlin et al. 2019) and the way back from ids to text.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace gallop::text {

// Immutable after loading; safe from several threads.
class WordPiece {
 public:
  static constexpr std::int64_t kPadding = 0, kUnknown = 100, kStart = 101, kEnd = 102, kMask = 103;

  // vocab.txt of bert-base-uncased: one piece a line, the line number is the id. NotFound, IoError, FormatError.
  static WordPiece load(const std::filesystem::path& file);

  // Ids of UTF-8 text, without start and end. InvalidArgument: broken UTF-8.
  std::vector<std::int64_t> encode(std::string_view text) const;
  // Text of ids: special tokens and ids beyond the vocabulary are left out, pieces joined, blanks before punctuation and in
  // English contractions removed.
  std::string decode(std::span<const std::int64_t> ids) const;
  std::size_t size() const { return pieces_.size(); }

 private:
  void encode_word(std::string_view word, std::vector<std::int64_t>& ids) const;

  std::vector<std::string> pieces_;
  std::unordered_map<std::string, std::int64_t> ids_;
};

}  // namespace gallop::text
