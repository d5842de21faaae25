// Spellings of outcomes in public vote data. arena.md 2.
#include <array>
#include <utility>

#include "gallop/arena.h"

namespace gallop {
inline namespace v0 {

std::optional<Outcome> parse_outcome(std::string_view text) noexcept {
  static constexpr std::array<std::pair<std::string_view, Outcome>, 21> kSpellings{{
      {"left", Outcome::left},     {"right", Outcome::right},      {"tie", Outcome::tie},       {"both_bad", Outcome::both_bad},
      {"skip", Outcome::skip},     {"model_a", Outcome::left},     {"model_b", Outcome::right}, {"tie (bothbad)", Outcome::both_bad},
      {"leftvote", Outcome::left}, {"rightvote", Outcome::right},  {"tievote", Outcome::tie},   {"bothbad_vote", Outcome::both_bad},
      {"A", Outcome::left},        {"B", Outcome::right},          {"TIE", Outcome::tie},       {"BOTH_BAD", Outcome::both_bad},
      {"same", Outcome::tie},      {"bothbad", Outcome::both_bad}, {"1", Outcome::left},        {"0", Outcome::right},
      {"0.5", Outcome::tie},
  }};
  for (const auto& [spelling, outcome] : kSpellings)
    if (text == spelling) return outcome;
  return std::nullopt;
}

}  // namespace v0
}  // namespace gallop
