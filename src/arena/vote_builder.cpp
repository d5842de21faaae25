#include "arena/vote_builder.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <tuple>

#include "base/check.h"
#include "base/names.h"

namespace gallop::arena {
namespace {

constexpr std::size_t kLongestName = 4096;  // bytes; longer "names" are a broken file
constexpr std::uint8_t kNoControl = 255;

std::string_view label(Field field) {
  constexpr std::string_view kLabels[] = {"left model",  "right model",  "outcome",       "voter",           "prompt",
                                          "board",       "time",         "propensity",    "watch time left", "watch time right",
                                          "length left", "length right", "decision time", "left clip",       "right clip",
                                          "control",     "flags"};
  return kLabels[static_cast<std::size_t>(field)];
}

}  // namespace

std::vector<std::string_view> names_of(Field field) {
  switch (field) {
    case Field::left:
      return {"left_model", "model_a", "left", "system_a"};
    case Field::right:
      return {"right_model", "model_b", "right", "system_b"};
    case Field::outcome:
      return {"outcome", "winner", "vote_type", "preference"};
    case Field::voter:
      return {"voter", "judge", "judge_hash", "user_pseudonym", "worker"};
    case Field::prompt:
      return {"prompt_id", "question_id", "prompt"};
    case Field::board:
      return {"board"};
    case Field::time:
      return {"t_unix", "tstamp", "timestamp"};
    case Field::propensity:
      return {"propensity"};
    case Field::watch_left:
      return {"watch_left_s", "total_listening_time_a"};
    case Field::watch_right:
      return {"watch_right_s", "total_listening_time_b"};
    case Field::duration_left:
      return {"duration_left_s"};
    case Field::duration_right:
      return {"duration_right_s"};
    case Field::decision:
      return {"decision_s"};
    case Field::clip_left:
      return {"left_sha256"};
    case Field::clip_right:
      return {"right_sha256"};
    case Field::control:
      return {"control"};
    case Field::flags:
      return {"flags"};
  }
  return {};
}

std::array<int, kFields> choose_columns(const std::vector<std::string>& columns, const VoteReadOptions& options, std::string_view where) {
  const std::string* wanted[kFields] = {&options.left,   &options.right, &options.outcome, &options.voter,
                                        &options.prompt, nullptr,        &options.time};
  const auto find = [&](std::string_view name) {
    for (std::size_t c = 0; c < columns.size(); ++c)
      if (columns[c] == name) return static_cast<int>(c);
    return -1;
  };
  std::array<int, kFields> chosen{};
  for (std::size_t f = 0; f < kFields; ++f) {
    chosen[f] = -1;
    if (wanted[f] && !wanted[f]->empty()) {
      chosen[f] = find(*wanted[f]);
      GALLOP_CHECK(chosen[f] >= 0, FormatError, "{}: no column {} for the {}{}", where, base::quote(*wanted[f]),
                   label(static_cast<Field>(f)), base::suggestion(*wanted[f], columns));
      continue;
    }
    for (const auto name : names_of(static_cast<Field>(f)))
      if (chosen[f] < 0) chosen[f] = find(name);
    GALLOP_CHECK(f > 2 || chosen[f] >= 0, FormatError,
                 "{}: no column for the {}, expected {} or another known name; name the column yourself", where,
                 label(static_cast<Field>(f)), base::quote(names_of(static_cast<Field>(f))[0]));
  }
  return chosen;
}

double VoteBuilder::number(std::string_view text, Field field, std::size_t line) const {
  if (text.empty()) return std::numeric_limits<double>::quiet_NaN();
  double value = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  GALLOP_CHECK(code == std::errc{} && end == text.data() + text.size() && std::isfinite(value), FormatError,
               "{}:{}: {} is {}, expected a number", where_, line, label(field), base::quote(text));
  return value;
}

void VoteBuilder::reserve(std::size_t votes) {
  table_.left.reserve(votes);
  table_.right.reserve(votes);
  table_.outcome.reserve(votes);
}

void VoteBuilder::add(const Row& row, std::size_t line) {
  const auto at = [&](Field field) { return row[static_cast<std::size_t>(field)]; };
  for (const auto field : {Field::left, Field::right}) {
    const auto name = at(field);
    GALLOP_CHECK(!name.empty(), FormatError, "{}:{}: the {} is empty, expected a name", where_, line, label(field));
    GALLOP_CHECK(name.size() <= kLongestName, FormatError, "{}:{}: the {} has {} bytes, expected at most {}", where_, line, label(field),
                 name.size(), kLongestName);
  }
  const auto outcome = parse_outcome(at(Field::outcome));
  GALLOP_CHECK(outcome.has_value(), FormatError,
               "{}:{}: unknown outcome {}, expected left, right, tie, both_bad, skip or a public spelling such as model_a or leftvote",
               where_, line, base::quote(at(Field::outcome)));
  if (at(Field::left) == at(Field::right)) {
    ++table_.self_pairs;
    return;
  }
  table_.left.push_back(models_(at(Field::left)));
  table_.right.push_back(models_(at(Field::right)));
  GALLOP_CHECK(static_cast<std::int64_t>(models_.size()) <= options_.max_models, FormatError,
               "{}:{}: more than {} models; check which columns hold the names", where_, line, options_.max_models);
  table_.outcome.push_back(static_cast<std::uint8_t>(*outcome));
  table_.skipped += *outcome == Outcome::skip;
  const std::tuple<Field, Interner&, std::vector<std::uint32_t>&> labels[] = {{Field::voter, voters_, table_.voter},
                                                                              {Field::prompt, prompts_, table_.prompt},
                                                                              {Field::board, boards_, table_.board},
                                                                              {Field::clip_left, clips_, table_.clip_left},
                                                                              {Field::clip_right, clips_, table_.clip_right}};
  for (const auto& [field, names, column] : labels)
    if (at(field).data()) column.push_back(names(at(field)));
  const std::pair<Field, std::vector<double>&> numbers[] = {{Field::time, table_.time},
                                                            {Field::propensity, table_.propensity},
                                                            {Field::watch_left, table_.watch_left},
                                                            {Field::watch_right, table_.watch_right},
                                                            {Field::duration_left, table_.duration_left},
                                                            {Field::duration_right, table_.duration_right},
                                                            {Field::decision, table_.decision_seconds}};
  for (const auto& [field, column] : numbers)
    if (at(field).data()) column.push_back(number(at(field), field, line));
  add_marks(row, line);
}

// Control pairs and flags: empty means none.
void VoteBuilder::add_marks(const Row& row, std::size_t line) {
  if (const auto text = row[static_cast<std::size_t>(Field::control)]; text.data()) {
    const auto obvious = parse_outcome(text);
    GALLOP_CHECK(text.empty() || obvious.has_value(), FormatError, "{}:{}: control is {}, expected the obvious outcome or nothing", where_,
                 line, base::quote(text));
    table_.control.push_back(obvious ? static_cast<std::uint8_t>(*obvious) : kNoControl);
  }
  if (const auto text = row[static_cast<std::size_t>(Field::flags)]; text.data()) {
    const auto has = [&](std::string_view word) {
      return (" " + std::string(text) + " ").find(" " + std::string(word) + " ") != std::string::npos;
    };
    table_.leaked.push_back(has("leaked"));
    table_.failed_media.push_back(has("failed_media"));
  }
}

VoteTable VoteBuilder::finish() {
  table_.models = models_.take();
  table_.voters = voters_.take();
  table_.prompts = prompts_.take();
  table_.boards = boards_.take();
  table_.clips = clips_.take();
  // A field that only some records carry is a broken column; one that none carries is absent.
  const std::pair<std::size_t, Field> optional[] = {{table_.voter.size(), Field::voter},
                                                    {table_.prompt.size(), Field::prompt},
                                                    {table_.board.size(), Field::board},
                                                    {table_.time.size(), Field::time},
                                                    {table_.propensity.size(), Field::propensity},
                                                    {table_.watch_left.size(), Field::watch_left},
                                                    {table_.watch_right.size(), Field::watch_right},
                                                    {table_.duration_left.size(), Field::duration_left},
                                                    {table_.duration_right.size(), Field::duration_right},
                                                    {table_.decision_seconds.size(), Field::decision},
                                                    {table_.clip_left.size(), Field::clip_left},
                                                    {table_.clip_right.size(), Field::clip_right}};
  for (const auto& [size, field] : optional)
    GALLOP_CHECK(size == 0 || size == table_.left.size(), FormatError, "{}: {} of {} votes carry a {}, expected all or none", where_, size,
                 table_.left.size(), label(field));
  // A column of numbers without a single number is absent too.
  for (auto* column : {&table_.time, &table_.propensity, &table_.watch_left, &table_.watch_right, &table_.duration_left,
                       &table_.duration_right, &table_.decision_seconds})
    if (std::all_of(column->begin(), column->end(), [](double value) { return std::isnan(value); })) column->clear();
  return std::move(table_);
}

}  // namespace gallop::arena
