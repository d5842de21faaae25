// The unigram tokenizer of T5 and its relatives, driven by tokenizer.json (wan.md 2.2).
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "text/charsmap.h"

namespace gallop::text {

// Immutable after construction; safe from several threads.
class Unigram {
 public:
  // tokenizer.json, or a SentencePiece model (spiece.model). FormatError: neither, or of another kind. Unsupported: steps this
  // class does not know.
  static Unigram read(const std::filesystem::path& file);
  // The bytes of a SentencePiece model, with the sentinels <extra_id_N> that T5 models have behind their pieces. Unknown letters
  // become the unknown token, as the fast tokenizers of these models have it.
  static Unigram from_sentencepiece(std::string_view bytes, const std::string& where);
  // Ids of the text with the end token, at most `limit` (the last slot stays the end token's).
  std::vector<int> encode(std::string_view text, std::size_t limit = 512) const;
  std::size_t size() const { return scores_.size(); }

 private:
  void encode_plain(std::string_view text, std::vector<int>& ids) const;  // no special tokens in it
  void encode_word(std::string_view word, std::vector<int>& ids) const;   // best path through one word
  void append_unknown(std::string_view piece, std::vector<int>& ids) const;

  Charsmap charsmap_;
  std::unordered_map<std::string, int> pieces_;
  std::vector<double> scores_;
  std::vector<std::pair<std::string, int>> specials_;  // longest first
  std::size_t longest_ = 0;                            // bytes of the longest piece
  double unknown_score_ = 0.0;
  int unknown_ = 0, end_ = 1;
  bool byte_fallback_ = false;
};

}  // namespace gallop::text
