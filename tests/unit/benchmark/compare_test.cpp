#include <doctest/doctest.h>

#include "benchmark/merge.h"
#include "gallop/error.h"

using namespace gallop;

namespace {

Results side(const std::vector<double>& values, const std::string& dimension = "sharpness") {
  Results results;
  for (std::size_t r = 0; r < values.size(); ++r) {
    ResultRow row{
        .dimension = dimension, .clip = std::to_string(r), .prompt = "p" + std::to_string(r), .record = r, .state = RowState::scored};
    row.score.value = values[r];
    results.rows.push_back(row);
  }
  return results;
}

}  // namespace

TEST_CASE("compare: exact sign-flip test for few prompts") {
  // All eight differences positive: 2 of 256 patterns are as far.
  const auto out = benchmark::compare(side({0, 0, 0, 0, 0, 0, 0, 0}), side({1, 2, 3, 4, 5, 6, 7, 8}), {});
  REQUIRE(out.dimensions.size() == 1);
  CHECK(out.dimensions[0].p == doctest::Approx(2.0 / 256));
  CHECK(out.dimensions[0].difference.value == doctest::Approx(4.5));
  CHECK(out.dimensions[0].better == 8);
  const auto same = benchmark::compare(side({1, 2, 3}), side({1, 2, 3}), {});
  CHECK(same.dimensions[0].p == 1.0);
  CHECK(same.dimensions[0].equal == 3);
}

TEST_CASE("compare: a measure without direction is neither better nor worse") {
  const auto out = benchmark::compare(side({1, 1, 1}, "motion_amount"), side({2, 2, 1}, "motion_amount"), {});
  CHECK(out.dimensions.at(0).prompts == 3);
  CHECK(out.dimensions.at(0).better == 0);
  CHECK(out.dimensions.at(0).worse == 0);
  CHECK(out.dimensions.at(0).equal == 1);
}

TEST_CASE("compare: lower is better where the evaluator says so") {
  const auto out = benchmark::compare(side({1, 1, 1}, "noise_level"), side({2, 2, 2}, "noise_level"), {});
  CHECK(out.dimensions[0].worse == 3);
}

TEST_CASE("compare: random sign flips approach the exact answer, and the seed fixes them") {
  std::vector<double> a(40, 0.0), b;
  for (int k = 0; k < 40; ++k) b.push_back(k % 2 == 0 ? 1.0 : -1.0);
  const auto none = benchmark::compare(side(a), side(b), {});
  CHECK(none.dimensions[0].p > 0.9);
  b[1] = b[3] = b[5] = b[7] = b[9] = b[11] = b[13] = 1.0;  // 27 of 40: two-sided binomial 0.0385
  const auto some = benchmark::compare(side(a), side(b), {});
  CHECK(some.dimensions[0].p == doctest::Approx(0.0385).epsilon(0.2));
  CHECK(some.dimensions[0].p == benchmark::compare(side(a), side(b), {}).dimensions[0].p);
}

TEST_CASE("compare: what has no partner is named") {
  const auto out = benchmark::compare(side({1, 2, 3}), side({1, 2}), {});
  CHECK(out.dimensions[0].prompts == 2);
  REQUIRE(out.left_out.size() == 1);
  CHECK(out.left_out[0].name == "2");
  CHECK_THROWS_AS(benchmark::compare(side({1}), side({1}), {.replicates = 1}), InvalidArgument);
}
