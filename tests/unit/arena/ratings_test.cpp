// arena.md 16.1 to 16.3 and 16.6, and properties every rating has.
#include <algorithm>
#include <cmath>
#include <string>

#include "boards.h"
#include "gallop/error.h"

using namespace gallop;
using gallop::test::check_close;
using gallop::test::five_models;
using gallop::test::half_widths;
using gallop::test::VoteList;

TEST_CASE("five models: Bradley-Terry with half-win ties") {
  const auto votes = five_models();
  const auto r = fit_ratings(votes.columns());
  check_close(r.rating, {1085.337315, 1016.839034, 978.440074, 973.086100, 946.297477}, 1e-9);
  check_close(half_widths(r), {21.616752, 19.914964, 19.936369, 20.737986, 29.235540}, 1e-7);
  check_close(r.mean_score, {0.647768, 0.532242, 0.461848, 0.454464, 0.403678}, 1e-5);
  CHECK(r.rank_ub == std::vector<int>{1, 2, 2, 3, 3});
  CHECK(r.rank_diff == std::vector<int>{1, 2, 3, 3, 3});
  CHECK(r.order == std::vector<int>{1, 2, 3, 4, 5});
  CHECK(r.total_votes == 1515);
  CHECK(r.steps <= 8);
  CHECK(r.gradient_norm < 1e-8);
  const auto gap = [&](std::size_t i, std::size_t j) {
    return std::sqrt(r.covariance[i * 5 + i] + r.covariance[j * 5 + j] - 2 * r.covariance[i * 5 + j]);
  };
  check_close({gap(0, 1), gap(1, 2), gap(2, 3), gap(3, 4)}, {15.266064, 16.152347, 15.820409, 21.176201}, 1e-6);
}

TEST_CASE("five models: parity mode and naive intervals") {
  const auto votes = five_models();
  const auto parity = fit_ratings(votes.columns(), {.interval = Interval::parity});
  check_close(half_widths(parity), {21.614692, 19.913187, 19.934846, 20.736127, 29.230716}, 1e-7);
  std::vector<double> variance;
  for (const double se : parity.se) variance.push_back(se * se);
  check_close(variance, {121.619143, 103.225115, 103.449782, 111.933249, 222.424549}, 1e-7);
  const auto naive = fit_ratings(votes.columns(), {.interval = Interval::naive});
  check_close(half_widths(naive), {23.039649, 21.353936, 21.473334, 22.378073, 31.649857}, 1e-7);
}

TEST_CASE("five models: simultaneous intervals") {
  const auto votes = five_models();
  const auto r = fit_ratings(votes.columns(), {.simultaneous = true});
  CHECK(r.multiplier == doctest::Approx(3.080216).epsilon(1e-6));
  CHECK(r.rank_ub == std::vector<int>{1, 2, 2, 2, 2});
}

TEST_CASE("five models: what is done with ties and both-bad votes") {
  const auto votes = five_models();
  const auto dropped = fit_ratings(votes.columns(), {.both_bad = BothBad::drop});
  CHECK(dropped.total_votes == 1437);
  check_close(dropped.rating, {1089.392519, 1017.383000, 977.907416, 972.017729, 943.299336}, 1e-9);
  const auto decisive = fit_ratings(votes.columns(), {.ties = Ties::drop});
  CHECK(decisive.total_votes == 1321);
  check_close(decisive.rating, {1096.591985, 1019.165772, 976.373925, 969.624634, 938.243684}, 1e-9);
  const auto separate = fit_ratings(votes.columns(), {.both_bad = BothBad::separate});
  check_close(separate.rating, dropped.rating, 1e-14);
  CHECK(separate.both_bad_rate[0] == doctest::Approx(29.0 / 650.0));
}

TEST_CASE("five models: reweighted, ridge and anchored") {
  const auto votes = five_models();
  const auto reweighted = fit_ratings(votes.columns(), {.reweight = true});
  check_close(reweighted.rating, {1085.119854, 1017.947471, 978.124957, 973.924014, 944.883704}, 1e-9);
  check_close(half_widths(reweighted), {24.230131, 23.622178, 20.262483, 23.275328, 30.876469}, 1e-7);
  CHECK(reweighted.rank_ub == std::vector<int>{1, 2, 2, 2, 3});
  CHECK(reweighted.effective_votes < 1515);
  const auto ridge = fit_ratings(votes.columns(), {.ridge = 1});
  check_close(ridge.rating, {1084.774982, 1016.623162, 978.517219, 973.172958, 946.911679}, 1e-9);
  const auto anchored = fit_ratings(votes.columns(), {.anchor = 3U, .anchor_value = 1221});
  check_close(anchored.rating, {1333.251216, 1264.752934, 1226.353974, 1221, 1194.211378}, 1e-9);
  check_close(half_widths(anchored), {33.833511, 29.455921, 31.007432, 0, 41.504592}, 1e-7);
}

TEST_CASE("five models: explicit tie models") {
  const auto votes = five_models();
  const auto davidson = fit_ratings(votes.columns(), {.ties = Ties::davidson});
  check_close(davidson.rating, {1098.380618, 1019.401108, 975.140146, 968.989264, 938.088864}, 1e-7);
  CHECK(davidson.tie_parameter == doctest::Approx(0.301452).epsilon(1e-5));
  CHECK(davidson.log_likelihood == doctest::Approx(-1461.740184).epsilon(1e-9));
  const auto rao_kupper = fit_ratings(votes.columns(), {.ties = Ties::rao_kupper});
  check_close(rao_kupper.rating, {1087.871686, 1017.291845, 977.283499, 972.187419, 945.365552}, 1e-7);
  CHECK(rao_kupper.tie_parameter == doctest::Approx(0.268145).epsilon(1e-5));
  CHECK(rao_kupper.log_likelihood == doctest::Approx(-1461.305625).epsilon(1e-9));
}

TEST_CASE("five models: bootstrap spread, the same for any number of threads") {
  const auto votes = five_models();
  const auto one = fit_ratings(votes.columns(), {.interval = Interval::bootstrap, .replicates = 5000, .seed = 7, .threads = 1});
  check_close(one.se, {10.99, 10.20, 10.27, 10.53, 14.90}, 0.04);
  CHECK(one.p_best[0] > 0.99);
  const auto three = fit_ratings(votes.columns(), {.interval = Interval::bootstrap, .replicates = 5000, .seed = 7, .threads = 3});
  CHECK(one.lower == three.lower);
  CHECK(one.covariance == three.covariance);
  const auto other = fit_ratings(votes.columns(), {.interval = Interval::bootstrap, .replicates = 5000, .seed = 8});
  CHECK(one.lower != other.lower);
}

TEST_CASE("four players of the textbook") {
  VoteList votes{.models = 4};
  votes.add(0, 1, Outcome::left, 2);
  votes.add(0, 1, Outcome::right, 3);
  votes.add(0, 3, Outcome::left, 1);
  votes.add(0, 3, Outcome::right, 4);
  votes.add(1, 2, Outcome::left, 5);
  votes.add(1, 2, Outcome::right, 3);
  votes.add(2, 3, Outcome::left, 1);
  votes.add(2, 3, Outcome::right, 3);
  check_close(fit_ratings(votes.columns()).rating, {922.427, 1007.366, 927.768, 1142.439}, 1e-6);
}

TEST_CASE("separation: refused plainly, finite with a penalty") {
  VoteList votes{.models = 2};
  votes.add(0, 1, Outcome::left, 10);
  try {
    fit_ratings(votes.columns());
    FAIL("a separated board was rated");
  } catch (const InvalidArgument& error) {
    CHECK(std::string(error.what()).find("{0}, {1}") != std::string::npos);
  }
  check_close(fit_ratings(votes.columns(), {.ridge = 1}).rating, {1184.838730, 815.161270}, 1e-9);
  check_close(fit_ratings(votes.columns(), {.phantom = 1}).rating, {1290.254405, 709.745595}, 1e-9);
}

TEST_CASE("disconnected boards are refused with their groups") {
  VoteList votes{.models = 5};
  votes.add(0, 1, Outcome::tie, 3);
  votes.add(2, 4, Outcome::tie, 3);
  CHECK_THROWS_WITH_AS(fit_ratings(votes.columns()), doctest::Contains("{0, 1}, {2, 4}, {3}"), InvalidArgument);
}

TEST_CASE("online Elo: the six votes, both ways, sum kept") {
  VoteList votes{.models = 3};
  votes.add(0, 1, Outcome::left);
  votes.add(1, 2, Outcome::left);
  votes.add(2, 0, Outcome::tie);
  votes.add(0, 1, Outcome::right);
  votes.add(2, 1, Outcome::left);
  votes.add(0, 2, Outcome::left);
  const auto k4 = online_elo(votes.columns(), 4);
  check_close(k4, {1001.965993, 999.999737, 998.034270}, 1e-9);
  check_close(online_elo(votes.columns(), 32), {1014.066147, 999.872648, 986.061205}, 1e-9);
  CHECK(k4[0] + k4[1] + k4[2] == doctest::Approx(3000).epsilon(1e-14));
  auto reversed = votes;
  std::reverse(reversed.left.begin(), reversed.left.end());
  std::reverse(reversed.right.begin(), reversed.right.end());
  std::reverse(reversed.outcome.begin(), reversed.outcome.end());
  check_close(online_elo(reversed.columns(), 4), {1001.988819, 999.999866, 998.011315}, 1e-9);
}

TEST_CASE("swapping sides leaves ratings; doubling votes halves variances; permuting models permutes") {
  const auto votes = five_models();
  const auto r = fit_ratings(votes.columns());
  auto swapped = votes;
  std::swap(swapped.left, swapped.right);
  for (auto& o : swapped.outcome) o = o < 2 ? 1 - o : o;
  check_close(fit_ratings(swapped.columns()).rating, r.rating, 1e-13);
  auto doubled = votes;
  doubled.left.insert(doubled.left.end(), votes.left.begin(), votes.left.end());
  doubled.right.insert(doubled.right.end(), votes.right.begin(), votes.right.end());
  doubled.outcome.insert(doubled.outcome.end(), votes.outcome.begin(), votes.outcome.end());
  const auto twice = fit_ratings(doubled.columns());
  check_close(twice.rating, r.rating, 1e-12);
  for (std::size_t i = 0; i < 5; ++i) CHECK(twice.covariance[i * 6] == doctest::Approx(r.covariance[i * 6] / 2).epsilon(1e-9));
  auto permuted = votes;
  for (auto* column : {&permuted.left, &permuted.right})
    for (auto& model : *column) model = (model + 2) % 5;
  const auto moved = fit_ratings(permuted.columns());
  for (std::size_t i = 0; i < 5; ++i) CHECK(moved.rating[(i + 2) % 5] == doctest::Approx(r.rating[i]).epsilon(1e-12));
}

TEST_CASE("bad columns are named") {
  auto votes = five_models();
  votes.outcome[7] = 9;
  CHECK_THROWS_WITH_AS(fit_ratings(votes.columns()), doctest::Contains("vote 7: outcome 9"), InvalidArgument);
  votes = five_models();
  votes.right[3] = 5;
  CHECK_THROWS_WITH_AS(fit_ratings(votes.columns()), doctest::Contains("vote 3"), InvalidArgument);
  votes.right.pop_back();
  CHECK_THROWS_AS(fit_ratings(votes.columns()), InvalidArgument);
  CHECK_THROWS_AS(fit_ratings({.models = 2}), InvalidArgument);
  CHECK_THROWS_WITH_AS(fit_ratings(five_models().columns(), {.confidence = 1.5}), doctest::Contains("confidence"), InvalidArgument);
}
