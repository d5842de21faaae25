// Comparing wanted words with recognised text: what counts as the same letter, and how many are wrong.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace gallop::evaluators::ocr {

// Texts in quotes, in order: "...", and the pairs of Chinese, Japanese and typographic quotation marks. Straight single quotes
// count only where a word could not hold them: 'OPEN', but not the one in "dog's". InvalidArgument: not UTF-8.
std::vector<std::string> quoted_texts(std::string_view prompt);

// Code points that are compared: letters and digits in lower case and compatibility form, without blanks and punctuation.
std::u32string comparable(std::string_view text);

// The part of `found` that is most like `wanted`, and the number of letters to change, add or drop to make it the same.
struct Match {
  std::size_t errors = 0;
  std::u32string text;
};
Match best_match(const std::u32string& wanted, const std::u32string& found);

// Letters to change, add or drop to make one the other.
std::size_t edit_distance(const std::u32string& a, const std::u32string& b);

// Whether the text holds Chinese characters.
bool has_han(std::string_view text);

}  // namespace gallop::evaluators::ocr
