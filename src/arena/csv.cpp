// Comma-separated votes.
#include "base/csv.h"
#include "arena/vote_builder.h"
#include "base/check.h"
#include "base/names.h"

namespace gallop::arena {

void parse_csv(std::string_view text, std::string_view where, const VoteReadOptions& options, VoteBuilder& builder) {
  GALLOP_CHECK(text.find('\0') == text.npos, FormatError, "{}: holds a zero byte, expected text", where);
  base::CsvScanner scanner(text, where);
  std::vector<std::string_view> fields;
  GALLOP_CHECK(!scanner.done(), FormatError, "{}: empty, expected a line of column names", where);
  scanner.next(fields);
  const std::vector<std::string> header(fields.begin(), fields.end());
  const auto columns = choose_columns(header, options, where);
  builder.reserve(text.size() / 24);
  while (!scanner.done()) {
    scanner.next(fields);
    if (fields.size() == 1 && fields[0].empty() && header.size() > 1) continue;  // blank line
    GALLOP_CHECK(fields.size() == header.size(), FormatError, "{}:{}: {} fields, expected {} as the first line has", where, scanner.line(),
                 fields.size(), header.size());
    Row row;
    for (std::size_t f = 0; f < kFields; ++f)
      if (columns[f] >= 0) row[f] = fields[static_cast<std::size_t>(columns[f])];
    builder.add(row, scanner.line());
  }
}

}  // namespace gallop::arena
