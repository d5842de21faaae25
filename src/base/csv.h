// Comma-separated values: RFC 4180 quoting, LF or CRLF, one pass without copies unless a field is quoted with quotes inside.
#pragma once

#include <cstddef>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "base/check.h"

namespace gallop::base {

// Walks over `text`, which outlives it; `where` names it in messages. FormatError with the line. Fields are valid until the
// next record.
class CsvScanner {
 public:
  CsvScanner(std::string_view text, std::string_view where) : at_(text.data()), end_(text.data() + text.size()), where_(where) {
    if (text.starts_with("\xEF\xBB\xBF")) at_ += 3;
  }
  bool done() const { return at_ == end_; }
  std::size_t line() const { return line_; }

  // The fields of the next record; a blank line gives one empty field.
  void next(std::vector<std::string_view>& fields) {
    fields.clear();
    unescaped_.clear();
    line_ = next_line_;
    for (;;) {
      fields.push_back(*at_ == '"' && at_ != end_ ? quoted() : plain());
      if (at_ == end_) return;
      const char stop = *at_++;
      if (stop == ',') {
        if (at_ == end_) {
          fields.emplace_back("", 0);
          return;
        }
        continue;
      }
      if (stop == '\r' && at_ != end_ && *at_ == '\n') ++at_;
      ++next_line_;
      return;
    }
  }

 private:
  std::string_view plain() {
    const char* start = at_;
    while (at_ != end_ && *at_ != ',' && *at_ != '\n' && *at_ != '\r') ++at_;
    return {start, static_cast<std::size_t>(at_ - start)};
  }
  std::string_view quoted() {
    const char* start = ++at_;
    bool doubled = false;
    for (;; ++at_) {
      GALLOP_CHECK(at_ != end_, FormatError, "{}:{}: a quoted field never ends, expected a closing quote", where_, line_);
      if (*at_ == '\n') ++next_line_;
      if (*at_ != '"') continue;
      if (at_ + 1 == end_ || at_[1] != '"') break;
      doubled = true;
      ++at_;
    }
    std::string_view field(start, static_cast<std::size_t>(at_ - start));
    ++at_;
    GALLOP_CHECK(at_ == end_ || *at_ == ',' || *at_ == '\n' || *at_ == '\r', FormatError,
                 "{}:{}: text after a closing quote, expected a comma or the end of the line", where_, line_);
    return doubled ? unescape(field) : field;
  }
  std::string_view unescape(std::string_view field) {
    std::string& text = unescaped_.emplace_back();
    for (std::size_t k = 0; k < field.size(); ++k) {
      text += field[k];
      if (field[k] == '"') ++k;
    }
    return text;
  }

  const char* at_;
  const char* end_;
  std::string_view where_;
  std::size_t line_ = 1, next_line_ = 1;
  std::deque<std::string> unescaped_;
};

}  // namespace gallop::base
