// What the readers of all formats share: known column names, and rows checked and turned into columns.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "arena/interner.h"
#include "gallop/arena.h"

namespace gallop::arena {

// The fields of a vote that a reader looks for.
enum class Field {
  left,
  right,
  outcome,
  voter,
  prompt,
  board,
  time,
  propensity,
  watch_left,
  watch_right,
  duration_left,
  duration_right,
  decision,
  clip_left,
  clip_right,
  control,
  flags
};
inline constexpr std::size_t kFields = 17;
// Fields that a single vote may lack: empty or null there. A voter or a board is known for every vote or for none.
constexpr bool may_lack(Field field) { return field >= Field::time && field != Field::clip_left && field != Field::clip_right; }

// One row as text; absent fields are empty with data() == nullptr.
using Row = std::array<std::string_view, kFields>;

// Names under which public data knows a field, best first.
std::vector<std::string_view> names_of(Field field);
// Field -> index in `columns` or -1, after the caller's own choices. FormatError when left, right or outcome is absent.
std::array<int, kFields> choose_columns(const std::vector<std::string>& columns, const VoteReadOptions& options, std::string_view where);

class VoteBuilder {
 public:
  VoteBuilder(std::string_view where, const VoteReadOptions& options) : where_(where), options_(options) {}
  // FormatError naming `where:line` for empty or overlong names, unknown outcomes and numbers that are none.
  void add(const Row& row, std::size_t line);
  VoteTable finish();
  void reserve(std::size_t votes);

 private:
  double number(std::string_view text, Field field, std::size_t line) const;
  void add_marks(const Row& row, std::size_t line);
  std::string_view where_;
  const VoteReadOptions& options_;
  Interner models_, voters_, prompts_, boards_, clips_;
  VoteTable table_;
};

void parse_csv(std::string_view text, std::string_view where, const VoteReadOptions& options, VoteBuilder& builder);
void parse_json_array(std::string_view text, std::string_view where, const VoteReadOptions& options, VoteBuilder& builder);
void parse_ndjson(std::string_view text, std::string_view where, const VoteReadOptions& options, VoteBuilder& builder);

}  // namespace gallop::arena
