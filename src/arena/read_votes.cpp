// The public side of reading votes.
#include "arena/vote_builder.h"
#include "base/check.h"
#include "base/files.h"
#include "base/names.h"

namespace gallop {
namespace arena {
namespace {

VoteFormat guess_format(std::string_view text, std::string_view where) {
  if (where.ends_with(".csv")) return VoteFormat::csv;
  if (where.ends_with(".jsonl") || where.ends_with(".ndjson")) return VoteFormat::ndjson;
  const auto first = text.find_first_not_of(" \t\r\n\xEF\xBB\xBF");
  if (first != text.npos && text[first] == '[') return VoteFormat::json;
  return first != text.npos && text[first] == '{' ? VoteFormat::ndjson : VoteFormat::csv;
}

}  // namespace
}  // namespace arena

inline namespace v0 {

VoteColumns VoteTable::columns() const {
  return {.models = models.size(),
          .left = left,
          .right = right,
          .outcome = outcome,
          .propensity = propensity,
          .voter = voter,
          .prompt = prompt};
}

VoteTable parse_votes(std::string_view text, std::string_view where, const VoteReadOptions& options) {
  const auto format = options.format == VoteFormat::automatic ? arena::guess_format(text, where) : options.format;
  arena::VoteBuilder builder(where, options);
  if (format == VoteFormat::json) arena::parse_json_array(text, where, options, builder);
  if (format == VoteFormat::ndjson) arena::parse_ndjson(text, where, options, builder);
  if (format == VoteFormat::csv) arena::parse_csv(text, where, options, builder);
  return builder.finish();
}

VoteTable read_votes(const std::filesystem::path& file, const VoteReadOptions& options) {
  base::require_file(file, "votes");
  const auto mapped = base::MappedFile::open(file);
  const auto bytes = mapped->bytes();
  return parse_votes({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, file.native(), options);
}

}  // namespace v0
}  // namespace gallop
