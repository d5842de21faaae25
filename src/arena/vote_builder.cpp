#include "arena/vote_builder.h"

#include <charconv>
#include <cmath>
#include <limits>

#include "base/check.h"
#include "base/names.h"

namespace gallop::arena {
namespace {

constexpr std::size_t kLongestName = 4096;  // bytes; longer "names" are a broken file

std::string_view label(Field field) {
  constexpr std::string_view kLabels[] = {"left model", "right model", "outcome", "voter", "prompt", "board", "time", "propensity", "watch time left", "watch time right"};
  return kLabels[static_cast<std::size_t>(field)];
}

}  // namespace

std::vector<std::string_view> names_of(Field field) {
  switch (field) {
    case Field::left: return {"left_model", "model_a", "left", "system_a"};
    case Field::right: return {"right_model", "model_b", "right", "system_b"};
    case Field::outcome: return {"outcome", "winner", "vote_type", "preference"};
    case Field::voter: return {"voter", "judge", "judge_hash", "user_pseudonym", "worker"};
    case Field::prompt: return {"prompt_id", "question_id", "prompt"};
    case Field::board: return {"board"};
    case Field::time: return {"t_unix", "tstamp"};
    case Field::propensity: return {"propensity"};
    case Field::watch_left: return {"watch_left_s", "total_listening_time_a"};
    case Field::watch_right: return {"watch_right_s", "total_listening_time_b"};
  }
  return {};
}

std::array<int, kFields> choose_columns(const std::vector<std::string>& columns, const VoteReadOptions& options, std::string_view where) {
  const std::string* wanted[kFields] = {&options.left, &options.right, &options.outcome, &options.voter, &options.prompt, nullptr, &options.time, nullptr, nullptr, nullptr};
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
      GALLOP_CHECK(chosen[f] >= 0, FormatError, "{}: no column {} for the {}{}", where, base::quote(*wanted[f]), label(static_cast<Field>(f)), base::suggestion(*wanted[f], columns));
      continue;
    }
    for (const auto name : names_of(static_cast<Field>(f)))
      if (chosen[f] < 0) chosen[f] = find(name);
    GALLOP_CHECK(f > 2 || chosen[f] >= 0, FormatError, "{}: no column for the {}, expected {} or another known name; name the column yourself", where, label(static_cast<Field>(f)),
                 base::quote(names_of(static_cast<Field>(f))[0]));
  }
  return chosen;
}

double VoteBuilder::number(std::string_view text, Field field, std::size_t line) const {
  if (text.empty()) return std::numeric_limits<double>::quiet_NaN();
  double value = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  GALLOP_CHECK(code == std::errc{} && end == text.data() + text.size() && std::isfinite(value), FormatError, "{}:{}: {} is {}, expected a number", where_, line, label(field), base::quote(text));
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
    GALLOP_CHECK(name.size() <= kLongestName, FormatError, "{}:{}: the {} has {} bytes, expected at most {}", where_, line, label(field), name.size(), kLongestName);
  }
  const auto outcome = parse_outcome(at(Field::outcome));
  GALLOP_CHECK(outcome.has_value(), FormatError, "{}:{}: unknown outcome {}, expected left, right, tie, both_bad, skip or a public spelling such as model_a or leftvote", where_, line,
               base::quote(at(Field::outcome)));
  if (at(Field::left) == at(Field::right)) {
    ++table_.self_pairs;
    return;
  }
  table_.left.push_back(models_(at(Field::left)));
  table_.right.push_back(models_(at(Field::right)));
  GALLOP_CHECK(static_cast<std::int64_t>(models_.size()) <= options_.max_models, FormatError, "{}:{}: more than {} models; check which columns hold the names", where_, line, options_.max_models);
  table_.outcome.push_back(static_cast<std::uint8_t>(*outcome));
  table_.skipped += *outcome == Outcome::skip;
  if (at(Field::voter).data()) table_.voter.push_back(voters_(at(Field::voter)));
  if (at(Field::prompt).data()) table_.prompt.push_back(prompts_(at(Field::prompt)));
  if (at(Field::board).data()) table_.board.push_back(boards_(at(Field::board)));
  if (at(Field::time).data()) table_.time.push_back(number(at(Field::time), Field::time, line));
  if (at(Field::propensity).data()) table_.propensity.push_back(number(at(Field::propensity), Field::propensity, line));
  if (at(Field::watch_left).data()) table_.watch_left.push_back(number(at(Field::watch_left), Field::watch_left, line));
  if (at(Field::watch_right).data()) table_.watch_right.push_back(number(at(Field::watch_right), Field::watch_right, line));
}

VoteTable VoteBuilder::finish() {
  table_.models = models_.take();
  table_.voters = voters_.take();
  table_.prompts = prompts_.take();
  table_.boards = boards_.take();
  // A field that only some records carry is a broken column; one that none carries is absent.
  const std::pair<std::size_t, Field> optional[] = {{table_.voter.size(), Field::voter}, {table_.prompt.size(), Field::prompt}, {table_.board.size(), Field::board}, {table_.time.size(), Field::time},
                                                    {table_.propensity.size(), Field::propensity}, {table_.watch_left.size(), Field::watch_left}, {table_.watch_right.size(), Field::watch_right}};
  for (const auto& [size, field] : optional)
    GALLOP_CHECK(size == 0 || size == table_.left.size(), FormatError, "{}: {} of {} votes carry a {}, expected all or none", where_, size, table_.left.size(), label(field));
  return std::move(table_);
}

}  // namespace gallop::arena
