// arena.md 16.8.
#include <cmath>
#include <limits>

#include "boards.h"
#include "gallop/error.h"

using namespace gallop;
using gallop::test::check_close;

namespace {

const std::vector<double> kScores{.90, .80, .70, .85, .85, .60, .70, .75, .72, .95, .60, .65};
const std::vector<double> kHuman{1, 1, 1, .5, 1, 1, 1, .5, 0, 1, 1, .5};

}  // namespace

TEST_CASE("three models on four prompts") {
  const auto a = agreement({.prompts = 4, .samples = 1, .models = 3, .score = kScores, .human = kHuman});
  check_close(a.human_ratio, {.875, .375, .25}, 1e-12);
  check_close(a.automatic_ratio, {.6875, .5625, .25}, 1e-12);
  CHECK(a.pearson == doctest::Approx(.838628).epsilon(1e-6));
  CHECK(a.spearman == doctest::Approx(1));
  CHECK(a.kendall == doctest::Approx(1));
  CHECK(a.decisive == 9);
  CHECK(a.accuracy == doctest::Approx(7.0 / 9));
  CHECK(a.accuracy_with_ties == doctest::Approx(10.0 / 12));
  CHECK(a.tolerance == doctest::Approx(.05));
  CHECK(a.pearson_se == doctest::Approx(.357130).epsilon(1e-5));
  CHECK(a.pearson_lower <= a.pearson);
  CHECK(a.pearson_upper >= a.pearson);
  REQUIRE(!a.notes.empty());
  CHECK(a.notes.back().find("n too small") != std::string::npos);
}

TEST_CASE("a perfect judge agrees fully; unjudged pairs do not count") {
  std::vector<double> human = kHuman;
  std::size_t at = 0;
  for (std::size_t p = 0; p < 4; ++p)
    for (std::size_t i = 0; i < 3; ++i)
      for (std::size_t j = i + 1; j < 3; ++j, ++at) {
        const double d = kScores[p * 3 + i] - kScores[p * 3 + j];
        human[at] = d > 0 ? 1 : d < 0 ? 0 : 0.5;
      }
  auto a = agreement({.prompts = 4, .samples = 1, .models = 3, .score = kScores, .human = human});
  CHECK(a.pearson == doctest::Approx(1));
  CHECK(a.accuracy == 1);
  CHECK(a.accuracy_with_ties == 1);
  CHECK(a.tolerance == 0);
  CHECK(a.kappa == doctest::Approx(1));
  human[0] = std::numeric_limits<double>::quiet_NaN();
  CHECK(agreement({.prompts = 4, .samples = 1, .models = 3, .score = kScores, .human = human}).pairs == 11);
  human[0] = 0.7;
  CHECK_THROWS_WITH_AS(agreement({.prompts = 4, .samples = 1, .models = 3, .score = kScores, .human = human}),
                       doctest::Contains("human: prompt 0"), InvalidArgument);
}
