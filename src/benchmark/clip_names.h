// How clips of a suite are named and where they lie.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace gallop::benchmark {

// The prompt itself when it can be a file name, else its readable start and a hash of it.
std::string stem_of(std::string_view prompt);
bool is_utf8(std::string_view text);
// True for a path below a folder: relative, no "..", no control character, valid UTF-8, at most 1,024 bytes.
bool is_safe_relative(std::string_view path);
// The folder in which VBench keeps the clips of a dimension (dimension_to_folder.json).
std::string_view folder_of(std::string_view dimension);

// "a cat-3" -> {"a cat", 3}. Nothing when there is no trailing "-<digits>".
struct StemParts {
  std::string prompt;
  int sample;
};
std::optional<StemParts> split_stem(std::string_view stem);
// Composed Unicode (NFC): file systems may hand names out decomposed. Invalid UTF-8 comes back as it is.
std::string composed(std::string_view text);
// What people confuse folded away: case, blanks against underscores, punctuation at the ends.
std::string folded(std::string_view text);

}  // namespace gallop::benchmark
