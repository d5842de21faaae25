// Code points and UTF-8.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace gallop::text {

struct Letter {
  char32_t code = 0;
  std::size_t offset = 0, length = 0;  // bytes in the text
};
// InvalidArgument: the text is not UTF-8 (says where).
std::vector<Letter> letters(std::string_view text);
void append(std::string& text, char32_t code);
// Ends of the extended grapheme clusters, in bytes.
std::vector<std::size_t> grapheme_ends(std::string_view text);
// Composed and decomposed letters.
std::string nfc(std::string_view text);
std::string nfd(std::string_view text);
// Compatibility form in lower case: full-width letters become plain ones, ligatures their letters.
std::string fold_compatible(std::string_view text);
// Letters, digits and ideographs of every script.
bool is_word_letter(char32_t code);
bool is_han(char32_t code);

}  // namespace gallop::text
