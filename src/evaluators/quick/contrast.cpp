// Contrast: root-mean-square contrast (Peli 1990), the standard deviation of luma over half its range, mean over frames.
#include <algorithm>

#include "evaluators/quick/track_judge.h"
#include "evaluators/registration.h"
#include "evaluators/simple_evaluator.h"

GALLOP_EVALUATOR(contrast)

namespace gallop::evaluators::contrast {
namespace {

class Judge final : public quick::TrackJudge {
 public:
  explicit Judge(const ClipContext& context) : TrackJudge(context, "contrast", 1) {}

 private:
  void measure(const media::FrameView&) override { parts_.push_back(quick::deviation_of(track().full()) / 127.5); }
  void conclude(Score& score) override {
    score.value = mean_part();
    if (score.value < 0.05) score.flags.push_back("flat: the frames have next to no contrast");
  }
};

}  // namespace

EvaluatorInfo information() {
  return {.name = "contrast",
          .profile = "quick",
          .summary = "root-mean-square contrast of luma, 0 (one grey) to 1 (half black, half white)",
          .licence = "",
          .needs = {},
          .low = 0.0,
          .high = 1.0,
          .higher_is_better = true};
}

std::unique_ptr<EvaluatorBase> create(const std::filesystem::path&, const LoadOptions&) {
  return std::make_unique<SimpleEvaluator<Judge>>(information());
}

}  // namespace gallop::evaluators::contrast
