#include <doctest/doctest.h>

#include "evaluators/one_pass.h"
#include "evaluators/score_clips.h"
#include "gallop/error.h"
#include "media/write_video.h"
#include "support/clips.h"
#include "support/shared_data.h"

using namespace gallop;

namespace {

std::vector<ClipResult> run(const std::vector<ClipRequest>& requests, std::vector<std::string> dimensions, const RunOptions& options = {}) {
  return evaluators::score_clips(requests, {.dimensions = std::move(dimensions), .load = {.device = {}}}, options);
}

}  // namespace

TEST_CASE("one pass: many dimensions of one contract decode a clip once") {
  const test::ScratchFolder folder;
  media::write_video(folder / "a.mp4", test::moving_square(6, 48, 64), {});
  const auto before = evaluators::decodes_begun();
  const auto results = run({{.clip = Clip(folder / "a.mp4")}}, {"sharpness", "contrast", "exposure", "motion_amount", "frozen_frames"});
  CHECK(results.front().scores.size() == 5);
  CHECK(evaluators::decodes_begun() - before == 1);
  run({{.clip = Clip(folder / "a.mp4")}}, {"sharpness", "temporal_flickering"});  // native and OpenCV contracts
  CHECK(evaluators::decodes_begun() - before == 3);
}

TEST_CASE("one pass: company and order do not change a score") {
  const auto a = test::moving_square(8, 48, 64);
  const auto b = test::moving_square(5, 64, 80);
  const auto alone = run({{.clip = a}}, {"flow_smoothness"});
  const auto together = run({{.clip = b}, {.clip = a}}, {"contrast", "flow_smoothness", "motion_amount"});
  CHECK(alone[0].scores[0].value == together[1].scores[1].value);
  CHECK(alone[0].scores[0].parts == together[1].scores[1].parts);
}

TEST_CASE("one pass: what fails is a problem of its own, the rest is scored") {
  const test::ScratchFolder folder;
  const auto results = run({{.clip = Clip(folder / "none.mp4")}, {.clip = test::moving_square(1, 32, 32)}, {.clip = test::moving_square(4, 32, 32)}}, {"sharpness", "motion_amount"});
  CHECK(results[0].scores.empty());
  REQUIRE(results[0].problems.size() == 2);
  CHECK(results[0].problems[0].kind == ErrorKind::not_found);
  CHECK(results[1].scores.size() == 1);
  REQUIRE(results[1].problems.size() == 1);
  CHECK(results[1].problems[0].dimension == "motion_amount");
  CHECK(results[2].problems.empty());
}

TEST_CASE("one pass: stopping, and exceptions of the callback") {
  const std::vector<ClipRequest> requests(3, ClipRequest{.clip = test::moving_square(4, 32, 32)});
  RunOptions options;
  options.on_progress = [](const Progress& progress) { return progress.stage == Stage::score && progress.done == 1 ? Flow::stop : Flow::go_on; };
  CHECK_THROWS_AS(run(requests, {"contrast"}, options), Cancelled);
  options.on_progress = [](const Progress&) -> Flow { throw 42; };
  CHECK_THROWS_AS(run(requests, {"contrast"}, options), int);
  options.on_progress = {};
  options.cancel.cancel();
  CHECK_THROWS_AS(run(requests, {"contrast"}, options), Cancelled);
}

TEST_CASE("one pass: progress begins at 0, never runs back, ends at the total, and changes nothing") {
  const std::vector<ClipRequest> requests(3, ClipRequest{.clip = test::moving_square(4, 32, 32)});
  std::vector<int> done;
  RunOptions options;
  options.on_progress = [&](const Progress& progress) {
    if (progress.stage == Stage::score && (done.empty() || progress.done != done.back())) done.push_back(progress.done);  // pulses repeat
    return Flow::go_on;
  };
  const auto told = run(requests, {"contrast"}, options);
  CHECK(done == std::vector<int>{0, 1, 2, 3});
  CHECK(told[0].scores[0].value == run(requests, {"contrast"})[0].scores[0].value);
}
