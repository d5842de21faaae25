#include "text/word_piece.h"

#include <utf8proc.h>

#include <algorithm>

#include "base/check.h"
#include "base/files.h"
#include "base/names.h"
#include "text/utf8.h"

namespace gallop::text {
namespace {

constexpr std::size_t kPieces = 30522, kLongestWord = 100;  // letters; longer words are unknown

utf8proc_category_t category(char32_t code) { return utf8proc_category(static_cast<utf8proc_int32_t>(code)); }

bool is_blank(char32_t code) {
  return code == ' ' || (code >= 0x09 && code <= 0x0D && code != 0x0B && code != 0x0C) || category(code) == UTF8PROC_CATEGORY_ZS;
}

bool is_control(char32_t code) {
  if (code == '\t' || code == '\n' || code == '\r') return false;
  const auto kind = category(code);
  return kind == UTF8PROC_CATEGORY_CC || kind == UTF8PROC_CATEGORY_CF || kind == UTF8PROC_CATEGORY_CO || kind == UTF8PROC_CATEGORY_CS ||
         kind == UTF8PROC_CATEGORY_CN;
}

bool is_punctuation(char32_t code) {
  if (code < 128)
    return (code >= 33 && code <= 47) || (code >= 58 && code <= 64) || (code >= 91 && code <= 96) || (code >= 123 && code <= 126);
  const auto kind = category(code);
  return kind >= UTF8PROC_CATEGORY_PC && kind <= UTF8PROC_CATEGORY_PO;
}

// Words, punctuation marks and ideographs, in lower case without accents.
std::vector<std::string> basic_words(std::string_view text) {
  std::string lower;
  for (const auto& letter : letters(text)) {
    if (letter.code == 0 || letter.code == 0xFFFD || is_control(letter.code)) continue;
    append(lower, is_blank(letter.code) ? U' ' : static_cast<char32_t>(utf8proc_tolower(static_cast<utf8proc_int32_t>(letter.code))));
  }
  std::vector<std::string> words(1);
  const auto end_word = [&] {
    if (!words.back().empty()) words.emplace_back();
  };
  const auto plain = nfd(lower);
  for (const auto& letter : letters(plain)) {
    if (category(letter.code) == UTF8PROC_CATEGORY_MN) continue;
    if (letter.code == ' ') {
      end_word();
    } else if (is_punctuation(letter.code) || is_han(letter.code)) {
      end_word();
      append(words.back(), letter.code);
      end_word();
    } else {
      append(words.back(), letter.code);
    }
  }
  if (words.back().empty()) words.pop_back();
  return words;
}

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) text.replace(at, from.size(), to);
}

}  // namespace

WordPiece WordPiece::load(const std::filesystem::path& file) {
  base::require_file(file, "vocabulary");
  const auto text = base::read_text(file);
  WordPiece vocabulary;
  for (std::size_t start = 0; start < text.size();) {
    const auto end = std::min(text.find('\n', start), text.size());
    auto piece = text.substr(start, end - start);
    if (piece.ends_with('\r')) piece.pop_back();
    vocabulary.ids_.emplace(piece, static_cast<std::int64_t>(vocabulary.pieces_.size()));
    vocabulary.pieces_.push_back(std::move(piece));
    start = end + 1;
  }
  GALLOP_CHECK(vocabulary.pieces_.size() == kPieces && vocabulary.pieces_[kStart] == "[CLS]" && vocabulary.pieces_[kEnd] == "[SEP]",
               FormatError, "{}: {} lines, expected the {} word pieces of bert-base-uncased with [CLS] on line 102; get the file again",
               base::quote(file), vocabulary.pieces_.size(), kPieces);
  return vocabulary;
}

void WordPiece::encode_word(std::string_view word, std::vector<std::int64_t>& ids) const {
  const auto all = letters(word);
  if (all.size() > kLongestWord) return ids.push_back(kUnknown);
  std::vector<std::int64_t> found;
  for (std::size_t start = 0; start < all.size();) {
    auto end = all.size();
    for (; end > start; --end) {
      const auto last = all[end - 1];
      const auto piece =
          (start > 0 ? "##" : "") + std::string(word.substr(all[start].offset, last.offset + last.length - all[start].offset));
      const auto known = ids_.find(piece);
      if (known == ids_.end()) continue;
      found.push_back(known->second);
      break;
    }
    if (end == start) return ids.push_back(kUnknown);
    start = end;
  }
  ids.insert(ids.end(), found.begin(), found.end());
}

std::vector<std::int64_t> WordPiece::encode(std::string_view text) const {
  std::vector<std::int64_t> ids;
  for (const auto& word : basic_words(text)) encode_word(word, ids);
  return ids;
}

std::string WordPiece::decode(std::span<const std::int64_t> ids) const {
  std::string text;
  for (const auto id : ids) {
    const bool special = id == kPadding || (id >= kUnknown && id <= kMask);
    if (special || id < 0 || id >= static_cast<std::int64_t>(pieces_.size())) continue;
    if (!text.empty()) text += ' ';
    text += pieces_[static_cast<std::size_t>(id)];
  }
  replace_all(text, " ##", "");
  constexpr std::pair<std::string_view, std::string_view> kClean[] = {{" .", "."},     {" ?", "?"},     {" !", "!"},   {" ,", ","},
                                                                      {" ' ", "'"},    {" n't", "n't"}, {" 'm", "'m"}, {" 's", "'s"},
                                                                      {" 've", "'ve"}, {" 're", "'re"}};
  for (const auto& [from, to] : kClean) replace_all(text, from, to);
  return text;
}

}  // namespace gallop::text
