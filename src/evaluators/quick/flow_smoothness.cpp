// Flow smoothness: how steadily things keep their motion. The flow of a pair is compared with the flow of the pair before;
// the value is 1 / (1 + change / length): 1 = constant motion, low = jerks, jumps, stutter.
#include <cmath>

#include "evaluators/quick/track_judge.h"
#include "evaluators/registration.h"
#include "evaluators/simple_evaluator.h"

GALLOP_EVALUATOR(flow_smoothness)

namespace gallop::evaluators::flow_smoothness {
namespace {

// Mean change of the flow against its mean length; half a pixel of length keeps still clips smooth instead of undefined.
double smoothness_of(const quick::Flow& before, const quick::Flow& after) {
  double change = 0.0, length = 0.0;
  const auto count = static_cast<double>(after.x.values.size());
  for (std::size_t i = 0; i < after.x.values.size(); ++i) {
    change += std::hypot(after.x.values[i] - before.x.values[i], after.y.values[i] - before.y.values[i]);
    length += 0.5 * (std::hypot(after.x.values[i], after.y.values[i]) + std::hypot(before.x.values[i], before.y.values[i]));
  }
  return 1.0 / (1.0 + change / count / (length / count + 0.5));
}

class Judge final : public quick::TrackJudge {
 public:
  explicit Judge(const ClipContext& context) : TrackJudge(context, "flow_smoothness", 3) {}

 private:
  void measure(const media::FrameView&) override {
    if (!track().has_previous()) return;
    const auto& flow = track().flow();
    if (!last_.x.empty()) parts_.push_back(smoothness_of(last_, flow));
    last_ = flow;
  }
  void conclude(Score& score) override {
    score.value = mean_part();
    if (score.value < 0.35) score.flags.push_back("jerky: motion changes abruptly from frame to frame");
  }

  quick::Flow last_;
};

}  // namespace

EvaluatorInfo information() {
  return {.name = "flow_smoothness",
          .profile = "quick",
          .summary = "steadiness of the optical flow over time: 1 = constant motion",
          .licence = "",
          .needs = {},
          .low = 0.0,
          .high = 1.0,
          .higher_is_better = true};
}

std::unique_ptr<EvaluatorBase> create(const std::filesystem::path&, const LoadOptions&) {
  return std::make_unique<SimpleEvaluator<Judge>>(information());
}

}  // namespace gallop::evaluators::flow_smoothness
