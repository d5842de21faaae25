// All eleven dimensions without detector or captioner on one clip. Needs GALLOP_VBENCH_WEIGHTS: a folder of their checkpoints.
#include <doctest/doctest.h>

#include <cstdlib>

#include "evaluators/one_pass.h"
#include "evaluators/score_clips.h"
#include "support/shared_data.h"

namespace gallop {
namespace {

const std::vector<std::string> kEleven = {"subject_consistency", "background_consistency", "temporal_flickering", "motion_smoothness",
                                          "dynamic_degree",      "aesthetic_quality",      "imaging_quality",     "human_action",
                                          "temporal_style",      "appearance_style",       "overall_consistency"};

TEST_CASE("one pass: eleven dimensions decode a clip once for each of the two readers, and alone they score the same bits") {
  const char* weights = std::getenv("GALLOP_VBENCH_WEIGHTS");
  const auto clip = test::shared_file("data/videos/animation/bbb_mpeg4sp.mp4");
  if (weights == nullptr || !clip) {
    MESSAGE("skipped: no folder of checkpoints, set GALLOP_VBENCH_WEIGHTS");
    return;
  }
  const ClipRequest request{.clip = Clip(*clip),
                            .prompt = "a rabbit in the grass",
                            .labels = {{"appearance_style", "oil painting"}, {"action", "blowing glass"}}};
  const auto run = [&](std::vector<std::string> dimensions) {
    return evaluators::score_clips({&request, 1}, {.dimensions = std::move(dimensions), .weights = weights, .load = {.device = {}}}, {})
        .front();
  };
  const auto before = evaluators::decodes_begun();
  const auto together = run(kEleven);
  CHECK(together.problems.empty());
  REQUIRE(together.scores.size() == kEleven.size());
  CHECK(evaluators::decodes_begun() - before == 2);
  for (std::size_t i = 0; i < kEleven.size(); ++i) {
    CAPTURE(kEleven[i]);
    const auto alone = run({kEleven[i]});
    REQUIRE(alone.scores.size() == 1);
    CHECK(alone.scores[0].value == together.scores[i].value);
    CHECK(alone.scores[0].parts == together.scores[i].parts);
  }
}

}  // namespace
}  // namespace gallop
