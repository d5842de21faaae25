#include "evaluators/ocr/text_match.h"

#include <algorithm>

#include "text/utf8.h"

namespace gallop::evaluators::ocr {
namespace {

struct Quotes {
  char32_t open, close;
};
constexpr Quotes kQuotes[] = {{U'"', U'"'},           {U'\u201C', U'\u201D'}, {U'\u2018', U'\u2019'}, {U'\u300C', U'\u300D'},
                              {U'\u300E', U'\u300F'}, {U'\u00AB', U'\u00BB'}, {U'\'', U'\''}};

bool is_straight_single(char32_t code) { return code == U'\''; }

// A straight single quote opens after a blank or at the start, and closes before one, before punctuation or at the end.
bool can_open(const std::vector<text::Letter>& all, std::size_t at) {
  return !is_straight_single(all[at].code) || at == 0 || !text::is_word_letter(all[at - 1].code);
}
bool can_close(const std::vector<text::Letter>& all, std::size_t at) {
  return !is_straight_single(all[at].code) || at + 1 == all.size() || !text::is_word_letter(all[at + 1].code);
}

}  // namespace

std::vector<std::string> quoted_texts(std::string_view prompt) {
  const auto all = text::letters(prompt);
  std::vector<std::string> found;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const auto quotes = std::find_if(std::begin(kQuotes), std::end(kQuotes), [&](const Quotes& pair) { return pair.open == all[i].code; });
    if (quotes == std::end(kQuotes) || !can_open(all, i)) continue;
    for (auto j = i + 1; j < all.size(); ++j) {
      if (all[j].code != quotes->close || !can_close(all, j)) continue;
      const auto start = all[i].offset + all[i].length;
      if (!comparable(prompt.substr(start, all[j].offset - start)).empty()) found.emplace_back(prompt.substr(start, all[j].offset - start));
      i = j;
      break;
    }
  }
  return found;
}

std::u32string comparable(std::string_view text) {
  std::u32string kept;
  const auto folded = text::fold_compatible(text);
  for (const auto& letter : text::letters(folded))
    if (text::is_word_letter(letter.code)) kept += letter.code;
  return kept;
}

Match best_match(const std::u32string& wanted, const std::u32string& found) {
  // Edit distance with free ends in `found`: a row for each letter wanted, and where in `found` the part began.
  const auto width = found.size() + 1;
  std::vector<std::size_t> above(width, 0), row(width), began(width), began_above(width);
  for (std::size_t j = 0; j < width; ++j) began_above[j] = j;
  for (std::size_t i = 1; i <= wanted.size(); ++i) {
    row[0] = i;
    began[0] = 0;
    for (std::size_t j = 1; j < width; ++j) {
      const auto change = above[j - 1] + (wanted[i - 1] == found[j - 1] ? 0 : 1);
      row[j] = std::min({change, above[j] + 1, row[j - 1] + 1});
      began[j] = row[j] == change ? began_above[j - 1] : row[j] == above[j] + 1 ? began_above[j] : began[j - 1];
    }
    std::swap(row, above);
    std::swap(began, began_above);
  }
  const auto best = static_cast<std::size_t>(std::min_element(above.begin(), above.end()) - above.begin());
  return {above[best], found.substr(began_above[best], best - began_above[best])};
}

std::size_t edit_distance(const std::u32string& a, const std::u32string& b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    auto diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const auto next = std::min({diagonal + (a[i - 1] == b[j - 1] ? 0 : 1), row[j] + 1, row[j - 1] + 1});
      diagonal = row[j];
      row[j] = next;
    }
  }
  return row.back();
}

bool has_han(std::string_view text) {
  const auto all = text::letters(text);
  return std::any_of(all.begin(), all.end(), [](const text::Letter& letter) { return text::is_han(letter.code); });
}

}  // namespace gallop::evaluators::ocr
