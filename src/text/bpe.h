// Byte-pair tokenizers with byte fallback, as the Gemma family has them, driven by tokenizer.json.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/json.h"

namespace gallop::text {

// Immutable after construction; safe from several threads.
class Bpe {
 public:
  // FormatError: not a tokenizer.json with a byte-pair model, or one that contradicts itself. Unsupported: steps this class
  // does not know (names them).
  static Bpe read(const std::filesystem::path& file);
  // Ids of the text with what the file's own template puts around it. InvalidArgument: not UTF-8.
  std::vector<int> encode(std::string_view text) const;
  // The same without the template.
  std::vector<int> encode_bare(std::string_view text) const;
  std::size_t size() const { return size_; }  // one more than the largest id

 private:
  struct Merge {
    std::uint32_t rank;
    int id;
  };
  // A token that is found in the text before anything is merged.
  struct Added {
    std::string content;
    int id;
    bool strip_left, strip_right;
  };
  struct Replacement {
    enum class Kind { replace, prepend, nfc } kind;
    std::string from, to;
  };
  using AddedByFirstByte = std::unordered_map<char, std::vector<Added>>;  // longest first

  void read_model(const base::Json& model, const std::string& where);
  void read_added(const base::Json& tokens, const std::string& where);
  void read_normalizer(const base::Json& step, const std::string& where);
  void read_splitter(const base::Json& step, const std::string& where);
  void read_template(const base::Json& step, const std::string& where);

  template <class Plain>
  void cut(std::string_view text, const AddedByFirstByte& added, std::vector<int>& ids, const Plain& plain) const;
  std::string normalized(std::string_view text) const;
  void encode_words(std::string_view text, std::vector<int>& ids) const;
  void encode_word(std::string_view word, std::vector<int>& ids) const;
  std::vector<int> symbols(std::string_view word) const;

  std::unordered_map<std::string, int> pieces_;
  std::unordered_map<std::uint64_t, Merge> merges_;  // by the ids of the two halves
  std::vector<Replacement> normalizer_;
  std::string split_;                // words end behind this text; empty: one word
  AddedByFirstByte raw_, normal_;    // found before and after normalisation
  std::vector<int> before_, after_;  // of the template
  int unknown_ = -1;
  bool byte_fallback_ = false, fuse_unknown_ = false, ignore_merges_ = false;
  std::size_t size_ = 0;
};

}  // namespace gallop::text
