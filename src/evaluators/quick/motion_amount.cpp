// Motion amount: mean length of the optical flow, in frame diagonals per second, mean over pairs. Neither good nor bad by
// itself: it tells still clips from lively ones.
#include <cmath>
#include <limits>
#include <optional>

#include "evaluators/quick/track_judge.h"
#include "evaluators/registration.h"
#include "evaluators/simple_evaluator.h"

GALLOP_EVALUATOR(motion_amount)

namespace gallop::evaluators::motion_amount {
namespace {

class Judge final : public quick::TrackJudge {
 public:
  explicit Judge(const ClipContext& context) : TrackJudge(context, "motion_amount", 2) {}

 private:
  void measure(const media::FrameView&) override {
    if (!track().has_previous()) return;
    const auto& flow = track().flow();
    double sum = 0.0;
    for (std::size_t i = 0; i < flow.x.values.size(); ++i) sum += std::hypot(flow.x.values[i], flow.y.values[i]);
    const double diagonal = std::hypot(static_cast<double>(flow.x.height), static_cast<double>(flow.x.width));
    parts_.push_back(sum / static_cast<double>(flow.x.values.size()) / diagonal * fps_);
  }
  void conclude(Score& score) override {
    score.value = mean_part();
    if (score.value < 0.002) score.flags.push_back("still: next to nothing moves");
  }
};

}  // namespace

EvaluatorInfo information() {
  return {.name = "motion_amount",
          .profile = "quick",
          .summary = "mean optical flow in frame diagonals per second",
          .licence = "",
          .needs = {},
          .low = 0.0,
          .high = std::numeric_limits<double>::infinity(),
          .higher_is_better = std::nullopt};
}

std::unique_ptr<EvaluatorBase> create(const std::filesystem::path&, const LoadOptions&) {
  return std::make_unique<SimpleEvaluator<Judge>>(information());
}

}  // namespace gallop::evaluators::motion_amount
