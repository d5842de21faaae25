// arena.md 13, 16.4, 16.5, composites and weights.
#include <cmath>

#include "boards.h"
#include "gallop/error.h"

using namespace gallop;
using gallop::test::check_close;
using gallop::test::five_models;
using gallop::test::half_widths;
using gallop::test::VoteList;

TEST_CASE("side covariate") {
  VoteList votes{.models = 3};
  const int rows[6][5] = {{0, 1, 60, 40, 10}, {1, 0, 52, 48, 10}, {0, 2, 70, 30, 5},
                          {2, 0, 40, 60, 8},  {1, 2, 55, 35, 10}, {2, 1, 50, 50, 6}};
  for (const auto& row : rows)
    for (int o = 0; o < 3; ++o)
      votes.add(static_cast<std::uint32_t>(row[0]), static_cast<std::uint32_t>(row[1]), static_cast<Outcome>(o), row[2 + o]);
  check_close(fit_ratings(votes.columns()).rating, {1041.531581, 1003.162843, 955.305576}, 1e-9);
  const std::vector<double> side(votes.left.size(), 1.0);
  const auto adjusted = fit_adjusted(votes.columns(), side, 1);
  check_close(adjusted.ratings.rating, {1042.174467, 1003.554434, 954.271099}, 1e-9);
  check_close(adjusted.effect, {0.212538472}, 1e-8);
  check_close(half_widths(adjusted.ratings), {21.381064, 21.415301, 21.882822}, 1e-6);
  CHECK(adjusted.effect_se[0] * 1.959963984540054 * 173.71779276130073 == doctest::Approx(26.410943).epsilon(1e-6));
  check_close(fit_adjusted(votes.columns(), side, 1, 10).effect, {0.199498354}, 1e-7);
  std::vector<double> twice(2 * votes.left.size(), 1.0);
  CHECK_THROWS_AS(fit_adjusted(votes.columns(), twice, 2), InvalidArgument);
}

namespace {

VoteList clustered_votes() {
  VoteList votes{.models = 3};
  const auto vote = [&](std::uint32_t voter, std::uint32_t i, std::uint32_t j, Outcome o) {
    votes.add(i, j, o);
    votes.voter.push_back(voter);
  };
  using enum Outcome;
  vote(0, 0, 1, left), vote(0, 0, 2, left), vote(0, 1, 2, left), vote(0, 0, 1, left);
  vote(1, 0, 1, right), vote(1, 0, 2, left), vote(1, 1, 2, right), vote(1, 0, 1, right);
  vote(2, 0, 1, left), vote(2, 0, 2, tie), vote(2, 1, 2, left);
  vote(3, 0, 1, left), vote(3, 0, 2, left), vote(3, 1, 2, tie), vote(3, 0, 2, right);
  return votes;
}

}  // namespace

TEST_CASE("clusters of voters") {
  const auto votes = clustered_votes();
  const auto robust = fit_ratings(votes.columns());
  check_close(robust.rating, {1090.985050, 987.116417, 921.898534}, 1e-9);
  check_close(robust.se, {71.425405, 70.219003, 72.206539}, 1e-7);
  check_close(fit_ratings(votes.columns(), {.cluster = Cluster::voter, .cluster_correction = false}).se, {70.609328, 40.563010, 55.579193},
              1e-7);
  check_close(fit_ratings(votes.columns(), {.cluster = Cluster::voter}).se,
              {70.609328 * 1.154701, 40.563010 * 1.154701, 55.579193 * 1.154701}, 1e-6);
  auto single = votes;
  for (std::size_t k = 0; k < single.voter.size(); ++k) single.voter[k] = static_cast<std::uint32_t>(k);
  check_close(fit_ratings(single.columns(), {.cluster = Cluster::voter, .cluster_correction = false}).se, robust.se, 1e-10);
  CHECK_THROWS_WITH_AS(fit_ratings(five_models().columns(), {.cluster = Cluster::voter}), doctest::Contains("voter"), InvalidArgument);
  const auto resampled = fit_ratings(votes.columns(), {.interval = Interval::bootstrap, .cluster = Cluster::voter, .replicates = 50});
  CHECK(resampled.se[0] > 0);
}

TEST_CASE("a composite of one source is that source; equal sources agree") {
  const auto votes = five_models();
  const auto plain = fit_ratings(votes.columns());
  const RatingSource one[] = {{votes.columns(), 1.0}};
  check_close(fit_composite(one).rating, plain.rating, 1e-10);
  check_close(half_widths(fit_composite(one)), half_widths(plain), 1e-7);
  const RatingSource two[] = {{votes.columns(), 0.3}, {votes.columns(), 0.7}};
  check_close(fit_composite(two).rating, plain.rating, 1e-10);
}

TEST_CASE("equal propensities change nothing; soft outcomes equal hard ones") {
  const auto votes = five_models();
  auto columns = votes.columns();
  const auto plain = fit_ratings(columns);
  const std::vector<double> propensity(votes.left.size(), 0.25);
  columns.propensity = propensity;
  const auto weighted = fit_ratings(columns, {.use_propensity = true});
  check_close(weighted.rating, plain.rating, 1e-10);
  check_close(weighted.se, plain.se, 1e-7);
  CHECK(weighted.effective_votes == doctest::Approx(1515));
  std::vector<double> soft;
  for (const auto o : votes.outcome) soft.push_back(o == 0 ? 1 : o == 1 ? 0 : 0.5);
  columns.soft = soft;
  check_close(fit_ratings(columns).rating, plain.rating, 1e-12);
}

TEST_CASE("votes needed: the table") {
  struct Row {
    double gap, power80, power90, five, ten, twenty;
  };
  for (const auto& row : {Row{82, 149, 200, 19601, 4901, 1226}, Row{48, 420, 562, 18905, 4727, 1182},
                          Row{25, 1524, 2040, 18645, 4662, 1166}, Row{4, 59224, 79284, 18551, 4638, 1160}}) {
    CAPTURE(row.gap);
    const VotesNeeded plan{.gap = row.gap};
    CHECK(votes_for_power(0.8, plan) == row.power80);
    CHECK(votes_for_power(0.9, plan) == row.power90);
    CHECK(votes_for_half_width(5, plan) == row.five);
    CHECK(votes_for_half_width(10, plan) == row.ten);
    CHECK(votes_for_half_width(20, plan) == row.twenty);
  }
  CHECK(votes_for_power(0.8, {.gap = 82, .votes_per_voter = 11, .voter_correlation = 0.1}) == doctest::Approx(298).epsilon(0.01));
  CHECK_THROWS_AS(votes_for_power(0.8, {.gap = 0}), InvalidArgument);
}

TEST_CASE("relative differences have unit deviation") {
  check_close(relative_difference(std::vector<double>{3, 1, 0}, std::vector<double>{1, 3, 0}), {std::sqrt(1.5), -std::sqrt(1.5), 0}, 1e-12);
}
