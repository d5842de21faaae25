// arena.md 16.1 (sampling and influence), 16.7 filters, diagnostics.
#include <map>

#include "boards.h"
#include "gallop/error.h"

using namespace gallop;
using gallop::test::check_close;
using gallop::test::five_models;
using gallop::test::VoteList;

namespace {

std::map<std::pair<unsigned, unsigned>, PairChance> chances(const VoteColumns& votes, const PairOptions& options) {
  std::map<std::pair<unsigned, unsigned>, PairChance> found;
  for (const auto& pair : pair_chances(votes, options)) found.emplace(std::pair(pair.a, pair.b), pair);
  return found;
}

}  // namespace

TEST_CASE("five models: deviance, predictions, influence") {
  const auto votes = five_models();
  const auto d = diagnose(votes.columns());
  CHECK(d.deviance == doctest::Approx(0.099275).epsilon(1e-5));
  CHECK(d.degrees == 6);
  CHECK(d.p_value > 0.99);
  CHECK(d.predicted[1] == doctest::Approx(0.597319).epsilon(1e-6));
  CHECK(d.observed[1] == doctest::Approx(0.598214).epsilon(1e-6));
  CHECK(d.strong.size() == 1);
  CHECK(vote_influence(votes.columns(), 0, 1, 1, 0, 1) == doctest::Approx(0.617559).epsilon(1e-6));
  REQUIRE(d.flips_first.has_value());
  CHECK(*d.flips_first > 50);
  CHECK(d.left_share == doctest::Approx(787.0 / 1321.0));
  CHECK(d.left_lower < d.left_share);
}

TEST_CASE("removing the fragile votes flips first place") {
  VoteList votes{.models = 2};
  votes.add(0, 1, Outcome::left, 52);
  votes.add(0, 1, Outcome::right, 48);
  const auto d = diagnose(votes.columns());
  REQUIRE(d.flips_first.has_value());
  CHECK(*d.flips_first == 5);  // to first order 4.2 votes; 47 against 48 is the other way round
}

TEST_CASE("five models: sampling shares and variance gains") {
  const auto votes = five_models();
  const auto shares = chances(votes.columns(), {.rule = PairRule::arena, .explore = 0});
  const std::map<std::pair<unsigned, unsigned>, double> expected{{{0, 1}, .0216}, {{0, 2}, .0351}, {{0, 3}, .0990}, {{0, 4}, .1622},
                                                                 {{1, 2}, .0624}, {{1, 3}, .0219}, {{1, 4}, .3218}, {{2, 3}, .0354},
                                                                 {{2, 4}, .0681}, {{3, 4}, .1725}};
  for (const auto& [pair, share] : expected) CHECK(shares.at(pair).probability == doctest::Approx(share).scale(1).epsilon(5e-5));
  const auto gains = chances(votes.columns(), {.rule = PairRule::a_opt});
  CHECK(gains.at({0, 1}).gain == doctest::Approx(.291872).epsilon(1e-5));
  CHECK(gains.at({1, 4}).gain == doctest::Approx(1.284633).epsilon(1e-5));
  CHECK(gains.at({1, 3}).gain == doctest::Approx(.284596).epsilon(1e-5));
  const auto target = chances(votes.columns(), {.rule = PairRule::target, .target_a = 0, .target_b = 1});
  CHECK(target.at({0, 1}).gain == doctest::Approx(.564522).epsilon(1e-5));
  CHECK(target.at({0, 3}).gain == doctest::Approx(.225330).epsilon(1e-5));
  CHECK(target.at({2, 4}).gain == doctest::Approx(.000002).epsilon(0.5));
  double sum = 0;
  for (const auto& [pair, chance] : gains) {
    sum += chance.probability;
    CHECK(chance.probability >= 0.02 - 1e-12);
  }
  CHECK(sum == doctest::Approx(1));
}

TEST_CASE("no votes yet: every rule still draws; blocked pairs never come") {
  for (const auto rule : {PairRule::uniform, PairRule::arena, PairRule::a_opt, PairRule::target}) {
    const auto pairs = pair_chances({.models = 3}, {.rule = rule, .blocked = {{1, 0}}});
    CHECK(pairs.size() == 2);
  }
  CHECK_THROWS_AS(pair_chances({.models = 2}, {.blocked = {{0, 1}}}), InvalidArgument);
}

TEST_CASE("F10: a voter against ninety to ten") {
  VoteList votes{.models = 2};
  const auto vote = [&](std::uint32_t voter, Outcome o, int count = 1) {
    votes.add(0, 1, o, count);
    for (int k = 0; k < count; ++k) votes.voter.push_back(voter);
  };
  for (std::uint32_t k = 0; k < 100; ++k) vote(1000 + k, k % 10 == 9 ? Outcome::right : Outcome::left);
  vote(1, Outcome::right, 2);
  vote(2, Outcome::left, 5);
  const FilterOptions options{.position = false};
  auto result = filter_votes({.votes = votes.columns()}, options);
  CHECK(result.keep[100] == 1);  // two votes only: not enough to judge
  vote(1, Outcome::left, 3);
  result = filter_votes({.votes = votes.columns()}, options);
  CHECK(result.keep[100] == 0);
  CHECK(result.keep[101] == 0);
  CHECK(result.keep[102] == 1);
  REQUIRE(result.removed.back().first == "F10");
  CHECK(result.removed.back().second == 5);
}

TEST_CASE("filters F1 to F9 remove what they name and count it") {
  VoteList votes{.models = 2};
  votes.add(0, 1, Outcome::left, 40);
  votes.voter.assign(40, 7);
  votes.prompt.assign(40, 3);
  const std::size_t n = 40;
  std::vector<std::uint8_t> leaked(n, 0), failed(n, 0), control(n, 255);
  std::vector<double> watch(n, 4), seconds(n, 5), time(n, 1.7e9);
  std::vector<std::uint32_t> left(n), right(n);
  for (std::size_t k = 0; k < n; ++k) left[k] = static_cast<std::uint32_t>(2 * k), right[k] = left[k] + 1;
  leaked[0] = failed[1] = 1;
  watch[2] = 2.9;
  seconds[3] = 1.4;
  left[5] = right[4], right[5] = left[4];  // the same clips, sides swapped
  FilterColumns columns{.votes = votes.columns(),
                        .leaked = leaked,
                        .failed_media = failed,
                        .watch_left = watch,
                        .watch_right = watch,
                        .decision_seconds = seconds,
                        .time = time,
                        .clip_left = left,
                        .clip_right = right,
                        .control = control};
  const auto removed = [](const FilterResult& result) {
    return std::map<std::string, std::int64_t>(result.removed.begin(), result.removed.end());
  };
  auto counts = removed(filter_votes(columns, {.position = false, .daily_cap = 30}));
  CHECK(counts["F1"] == 1);
  CHECK(counts["F2"] == 1);
  CHECK(counts["F3"] == 1);
  CHECK(counts["F4"] == 1);
  CHECK(counts["F5"] == 6);  // 36 left of one voter on one day
  CHECK(counts["F6"] == 1);
  CHECK(counts["F8"] == 0);
  CHECK(removed(filter_votes(columns, {.position = true}))["F9"] == 35);
  for (std::size_t k = 10; k < 15; ++k) control[k] = static_cast<std::uint8_t>(k < 13 ? 0 : 1);  // three of five right
  CHECK(removed(filter_votes(columns, {.position = false}))["F8"] == 35);
  auto skipping = votes;
  skipping.outcome[2] = skipping.outcome[3] = static_cast<std::uint8_t>(Outcome::skip);
  columns.votes = skipping.columns();
  counts = removed(filter_votes(columns, {.position = false}));
  CHECK(counts["F3"] == 0);  // a skipped pair need not have been watched
  CHECK(counts["F4"] == 0);
  const auto bare = filter_votes({.votes = {.models = 2, .left = votes.left, .right = votes.right, .outcome = votes.outcome}});
  CHECK(bare.not_applied.size() == 10);
  CHECK(bare.removed.empty());
}
