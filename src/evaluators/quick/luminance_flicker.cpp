// Luminance flicker: how strongly the brightness of the whole picture jumps back and forth. For each frame, the median over
// cells of half the second difference in time: steady motion and slow fades give about 0, an alternating brightness its
// amplitude. In grey levels, mean over frames.
#include <cmath>
#include <limits>

#include "evaluators/quick/track_judge.h"
#include "evaluators/registration.h"
#include "evaluators/simple_evaluator.h"

GALLOP_EVALUATOR(luminance_flicker)

namespace gallop::evaluators::luminance_flicker {
namespace {

class Judge final : public quick::TrackJudge {
 public:
  explicit Judge(const ClipContext& context) : TrackJudge(context, "luminance_flicker", 3) {}

 private:
  void measure(const media::FrameView&) override {
    const auto& now = track().small();
    if (frames_ >= 3) {
      std::vector<double> second(now.values.size());
      for (std::size_t i = 0; i < second.size(); ++i) second[i] = 0.5 * (now.values[i] - 2.0 * last_.values[i] + before_last_.values[i]);
      parts_.push_back(std::fabs(quick::quantile(std::move(second), 0.5)));
    }
    before_last_ = std::move(last_);
    last_ = now;
  }
  void conclude(Score& score) override {
    score.value = mean_part();
    if (score.value > 3.0) score.flags.push_back("flickers: the brightness of the whole picture jumps from frame to frame");
  }

  quick::Plane last_, before_last_;
};

}  // namespace

EvaluatorInfo information() {
  return {.name = "luminance_flicker",
          .profile = "quick",
          .summary = "jumps of the whole picture's brightness from frame to frame, in grey levels",
          .licence = "",
          .needs = {},
          .low = 0.0,
          .high = std::numeric_limits<double>::infinity(),
          .higher_is_better = false};
}

std::unique_ptr<EvaluatorBase> create(const std::filesystem::path&, const LoadOptions&) {
  return std::make_unique<SimpleEvaluator<Judge>>(information());
}

}  // namespace gallop::evaluators::luminance_flicker
