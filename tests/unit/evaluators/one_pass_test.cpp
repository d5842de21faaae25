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

namespace {

// Counts the frames it is shown and adds up their indices.
class CountingEvaluator final : public evaluators::FrameEvaluator {
 public:
  explicit CountingEvaluator(media::FrameRequest frames) : frames_(frames) {}
  EvaluatorInfo info() const override { return {.name = "counting"}; }
  media::FrameRequest frames() const override { return frames_; }
  std::unique_ptr<evaluators::ClipJudge> open(const evaluators::ClipContext&) override { return std::make_unique<Judge>(); }

 private:
  class Judge final : public evaluators::ClipJudge {
   public:
    void push(const media::FrameView& frame) override { indices_.push_back(static_cast<double>(frame.index)); }
    Score finish() override { return {.dimension = "counting", .value = static_cast<double>(indices_.size()), .parts = indices_}; }

   private:
    std::vector<double> indices_;
  };
  media::FrameRequest frames_;
};

}  // namespace

TEST_CASE("one pass: dimensions of middle frames and of all frames share the decode of a contract") {
  const test::ScratchFolder folder;
  media::write_video(folder / "a.mp4", test::moving_square(20, 48, 64), {});
  CountingEvaluator all({.contract = ReaderContract::decord}), eight({.contract = ReaderContract::decord, .middle = 8}),
      sixteen({.contract = ReaderContract::decord, .middle = 16}), other({.contract = ReaderContract::opencv, .middle = 8});
  const ClipRequest request{.clip = Clip(folder / "a.mp4")};
  const RunOptions options;
  const base::RunMonitor monitor(options);
  const std::vector<evaluators::FrameEvaluator*> panel = {&all, &eight, &sixteen, &other};
  const auto before = evaluators::decodes_begun();
  evaluators::judge_clips(panel, {&request, 1}, 0.0, monitor, [&](std::size_t, std::vector<evaluators::Outcome> outcomes) {
    CHECK(outcomes[0].score.value == 20);
    for (const std::size_t i : {1, 2, 3}) {
      const auto wanted = media::middle_indices(20, i == 2 ? 16 : 8);
      CHECK(outcomes[i].score.parts == std::vector<double>(wanted.begin(), wanted.end()));
    }
  });
  CHECK(evaluators::decodes_begun() - before == 2);  // one for each contract
  evaluators::judge_clips(std::span(panel).subspan(1, 1), {&request, 1}, 0.0, monitor,
                          [&](std::size_t, std::vector<evaluators::Outcome> outcomes) {
                            CHECK(outcomes[0].score.value == 8);  // alone it has a decode of its own
                          });
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
  const auto results =
      run({{.clip = Clip(folder / "none.mp4")}, {.clip = test::moving_square(1, 32, 32)}, {.clip = test::moving_square(4, 32, 32)}},
          {"sharpness", "motion_amount"});
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
  options.on_progress = [](const Progress& progress) {
    return progress.stage == Stage::score && progress.done == 1 ? Flow::stop : Flow::go_on;
  };
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
