// The VBench dimensions whose networks are small, from checkpoint file to score, against the recorded values.
#include <doctest/doctest.h>

#include <cmath>
#include <regex>

#include "base/files.h"
#include "base/json.h"
#include "evaluators/score_clips.h"
#include "evaluators/vbench/checkpoints.h"
#include "gallop/error.h"
#include "support/clips.h"
#include "support/shared_data.h"
#include "support/vbench_checkpoints.h"
#include "weights/safetensors.h"

using namespace gallop;
using test::score_one;

namespace {

void check_recorded(const std::string& dimension, const std::filesystem::path& weights, double tolerance) {
  const auto file = test::shared_file("data/golden/vbench/" + dimension + ".json");
  if (!file) return;
  // Not-a-number is a reference result there and no JSON.
  const auto golden = base::parse_json(std::regex_replace(base::read_text(*file), std::regex("\\bNaN\\b"), "null"), dimension);
  for (const auto& video : golden.at("videos")) {
    const auto path = video.at("video_path").get<std::string>();
    if (path != "videos/animation/bbb_mpeg4sp.mp4" && path != "videos/real/park_nonzero_start.mp4") continue;
    const auto result = score_one({.clip = Clip(*test::shared_file("data/" + path))}, dimension, weights);
    REQUIRE(result.scores.size() == 1);
    const auto& recorded = video.at("video_results");
    const double wanted = recorded.is_boolean() ? double(recorded.get<bool>()) : recorded.get<double>();
    CHECK(std::abs(result.scores[0].value - wanted) <= tolerance);
  }
}

}  // namespace

TEST_CASE("dynamic_degree: recorded clips, early exit, small and single frames") {
  const test::ScratchFolder folder;
  test::write_raft(folder.path());
  check_recorded("dynamic_degree", folder.path(), 0.0);
  const auto tiny = score_one({.clip = test::moving_square(4, 40, 200)}, "dynamic_degree", folder.path());
  REQUIRE(tiny.problems.size() == 1);  // the reference stops with an exception
  CHECK(tiny.problems[0].kind == ErrorKind::invalid_argument);
  const auto small = score_one({.clip = test::moving_square(12, 100, 200)}, "dynamic_degree", folder.path());
  REQUIRE(small.scores.size() == 1);
  CHECK(small.scores[0].flags.size() == 1);
  const auto single = score_one({.clip = test::moving_square(1, 128, 128)}, "dynamic_degree", folder.path());
  REQUIRE(single.scores.size() == 1);
  CHECK(single.scores[0].value == 0.0);
  CHECK(single.scores[0].flags.size() == 1);
}

TEST_CASE("motion_smoothness: recorded clips, too few and too small frames") {
  const test::ScratchFolder folder;
  test::write_amt(folder.path());
  check_recorded("motion_smoothness", folder.path(), 2e-4);
  for (const auto& clip : {test::moving_square(2, 128, 128), test::moving_square(3, 40, 40)}) {
    const auto refused = score_one({.clip = clip}, "motion_smoothness", folder.path());
    REQUIRE(refused.problems.size() == 1);
    CHECK(refused.problems[0].kind == ErrorKind::invalid_argument);
  }
}

TEST_CASE("vbench: a missing checkpoint is a problem that says what to get, the rest is scored") {
  const test::ScratchFolder folder;
  const ClipRequest request{.clip = test::moving_square(3, 32, 32)};
  const auto result =
      evaluators::score_clips(
          {&request, 1}, {.dimensions = {"subject_consistency", "temporal_flickering"}, .weights = folder.path(), .load = {.device = {}}},
          {})
          .front();
  REQUIRE(result.problems.size() == 1);
  CHECK(result.problems[0].kind == ErrorKind::not_found);
  CHECK(result.problems[0].message.find("https://dl.fbaipublicfiles.com/dino") != std::string::npos);
  CHECK(result.scores.size() == 1);
}

TEST_CASE("vbench: a file of another model is refused by name") {
  const test::ScratchFolder folder;
  weights::write_safetensors(folder / "raft-things.safetensors", {{"weight", at::zeros({1, 768})}});
  const auto result = score_one({.clip = test::moving_square(3, 128, 128)}, "dynamic_degree", folder.path());
  REQUIRE(result.problems.size() == 1);
  CHECK(result.problems[0].kind == ErrorKind::model_error);
}
