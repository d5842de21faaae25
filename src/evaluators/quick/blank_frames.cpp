// Blank frames: the share of frames that show one colour, black, white or any other.
#include <cmath>

#include "evaluators/quick/track_judge.h"
#include "evaluators/registration.h"
#include "evaluators/simple_evaluator.h"

GALLOP_EVALUATOR(blank_frames)

namespace gallop::evaluators::blank_frames {
namespace {

class Judge final : public quick::TrackJudge {
 public:
  explicit Judge(const ClipContext& context) : TrackJudge(context, "blank_frames", 1) {}

 private:
  void measure(const media::FrameView&) override {
    const double spread = quick::deviation_of(track().full()), level = quick::mean_of(track().full());
    const bool blank = spread < 1.5;
    black_ += blank && level < 24.0;
    parts_.push_back(blank ? 1.0 : 0.0);
  }
  void conclude(Score& score) override {
    score.value = mean_part();
    score.details = {{"share_black", static_cast<double>(black_) / static_cast<double>(frames_)}};
    if (score.value > 0.0) score.flags.push_back(black_ > 0 ? "has black frames" : "has frames of a single colour");
  }

  std::int64_t black_ = 0;
};

}  // namespace

EvaluatorInfo information() {
  return {.name = "blank_frames",
          .profile = "quick",
          .summary = "share of frames that show a single colour",
          .licence = "",
          .needs = {},
          .low = 0.0,
          .high = 1.0,
          .higher_is_better = false};
}

std::unique_ptr<EvaluatorBase> create(const std::filesystem::path&, const LoadOptions&) {
  return std::make_unique<SimpleEvaluator<Judge>>(information());
}

}  // namespace gallop::evaluators::blank_frames
