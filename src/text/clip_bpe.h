// The lower-cased byte-pair tokenizer of CLIP and ViCLIP (Radford et al. 2021; vbench.md 5.2).
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace gallop::text {

// Immutable after loading; any number of threads may encode.
class ClipBpe {
 public:
  static constexpr std::int32_t kStart = 49406, kEnd = 49407, kVocabulary = 49408;

  // Reads bpe_simple_vocab_16e6.txt, plain or gzip. NotFound, IoError, FormatError (too few merges, unknown pieces).
  static ClipBpe load(const std::filesystem::path& file);

  // Token ids of `text` without start and end. Text is UTF-8; broken bytes are an InvalidArgument.
  std::vector<std::int32_t> encode(std::string_view text) const;

  enum class Overflow { error, cut };
  // Start, ids, end, padded with zeros to `context`. A longer text is an InvalidArgument, or cut with the end token last.
  std::vector<std::int64_t> tokens(std::string_view text, std::size_t context, Overflow overflow) const;

 private:
  void merge_word(std::string_view word, std::vector<std::int32_t>& ids) const;

  std::unordered_map<std::uint64_t, std::int32_t> merges_;  // (left id, right id) -> merged id; lower ids merge first
};

// What the tokenizer sees: the cleaned prompt in lower case.
std::string clean_clip_text(std::string_view text);

}  // namespace gallop::text
