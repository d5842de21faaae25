// Votes as a JSON array of objects or as one object a line.
#include <algorithm>

#include "arena/vote_builder.h"
#include "base/check.h"
#include "base/json.h"
#include "base/names.h"

namespace gallop::arena {
namespace {

// Text of a scalar; numbers keep the file's meaning through the library's shortest form.
void store(const base::Json& value, Field field, std::string_view where, std::size_t line, std::string& text, std::string_view& view) {
  GALLOP_CHECK(!value.is_object() && !value.is_array(), FormatError, "{}:{}: field {} holds a nested value, expected text or a number",
               where, line, base::quote(names_of(field)[0]));
  if (value.is_null()) {
    if (may_lack(field)) view = std::string_view("", 0);
    return;
  }
  text = value.is_string() ? value.get<std::string>() : value.dump();
  view = text.empty() ? std::string_view("", 0) : std::string_view(text);
}

class ObjectReader {
 public:
  ObjectReader(std::string_view where, const VoteReadOptions& options, VoteBuilder& builder)
      : where_(where), options_(options), builder_(builder) {}
  void add(const base::Json& object, std::size_t line) {
    GALLOP_CHECK(object.is_object(), FormatError, "{}:{}: found {}, expected an object for each vote", where_, line, object.type_name());
    if (!chosen_) choose(object, line);
    Row row;
    std::array<std::string, kFields> texts;
    for (std::size_t f = 0; f < kFields; ++f) {
      if (names_[f].empty()) continue;
      const auto found = object.find(names_[f]);
      GALLOP_CHECK(found != object.end(), FormatError, "{}:{}: no field {}, expected it in every vote as in the first", where_, line,
                   base::quote(names_[f]));
      store(*found, static_cast<Field>(f), where_, line, texts[f], row[f]);
    }
    builder_.add(row, line);
  }

 private:
  void choose(const base::Json& first, std::size_t line) {
    std::vector<std::string> keys;
    for (const auto& item : first.items()) keys.push_back(item.key());
    const auto columns = choose_columns(keys, options_, fmt::format("{}:{}", where_, line));
    for (std::size_t f = 0; f < kFields; ++f)
      if (columns[f] >= 0) names_[f] = keys[static_cast<std::size_t>(columns[f])];
    chosen_ = true;
  }
  std::string_view where_;
  const VoteReadOptions& options_;
  VoteBuilder& builder_;
  std::array<std::string, kFields> names_;
  bool chosen_ = false;
};

// Cuts the elements of a top-level array apart without building a tree of the whole file, counting lines.
template <class Visit>
void each_element(std::string_view text, std::string_view where, const Visit& visit) {
  std::size_t at = text.find_first_not_of(" \t\r\n"), line = 1;
  GALLOP_CHECK(at != text.npos && text[at] == '[', FormatError, "{}: expected a JSON array of votes", where);
  line += static_cast<std::size_t>(std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(at), '\n'));
  std::size_t start = ++at, start_line = line, depth = 0, elements = 0;
  bool in_string = false;
  const auto blank = [&](std::size_t from, std::size_t to) {
    return text.substr(from, to - from).find_first_not_of(" \t\r\n") == text.npos;
  };
  for (; at < text.size(); ++at) {
    const char c = text[at];
    if (c == '\n') ++line;
    if (in_string) {
      if (c == '\\') ++at;
      if (c == '"') in_string = false;
      continue;
    }
    if (depth == 0 && start_line < line && blank(start, at)) start_line = line;
    if (c == '"') in_string = true;
    if (c == '{' || c == '[') ++depth;
    if (depth == 0 && (c == ',' || c == ']')) {
      const bool empty = blank(start, at);
      GALLOP_CHECK(!empty || (c == ']' && elements == 0), FormatError, "{}:{}: an empty element, expected an object", where, line);
      if (!empty) visit(text.substr(start, at - start), start_line);
      ++elements;
      start = at + 1;
      start_line = line;
      if (c == ']') {
        GALLOP_CHECK(blank(start, text.size()), FormatError, "{}:{}: text after the array's end", where, line);
        return;
      }
      continue;
    }
    if (c == '}' || c == ']') {
      GALLOP_CHECK(depth > 0, FormatError, "{}:{}: a bracket closes nothing", where, line);
      --depth;
    }
  }
  throw FormatError(fmt::format("{}:{}: the array never ends; the file is cut", where, line));
}

}  // namespace

void parse_json_array(std::string_view text, std::string_view where, const VoteReadOptions& options, VoteBuilder& builder) {
  ObjectReader reader(where, options, builder);
  each_element(text, where, [&](std::string_view element, std::size_t line) {
    reader.add(base::parse_json(element, fmt::format("{}:{}", where, line)), line);
  });
}

void parse_ndjson(std::string_view text, std::string_view where, const VoteReadOptions& options, VoteBuilder& builder) {
  ObjectReader reader(where, options, builder);
  for (std::size_t line = 1; !text.empty(); ++line) {
    const auto end = std::min(text.find('\n'), text.size());
    const auto row = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (row.find_first_not_of(" \t\r") == row.npos) continue;
    reader.add(base::parse_json(row, fmt::format("{}:{}", where, line)), line);
  }
}

}  // namespace gallop::arena
