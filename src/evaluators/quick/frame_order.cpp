// Frame order: in a clip that runs forwards (or backwards) a frame is closer to its neighbour than to the frame after that.
// The value is the share of triples for which this holds, overall brightness aside; shuffled frames fall to about a third.
// Triples that hardly differ say nothing and count as in order.
#include <algorithm>

#include "evaluators/quick/track_judge.h"
#include "evaluators/registration.h"
#include "evaluators/simple_evaluator.h"

GALLOP_EVALUATOR(frame_order)

namespace gallop::evaluators::frame_order {
namespace {

class Judge final : public quick::TrackJudge {
 public:
  explicit Judge(const ClipContext& context) : TrackJudge(context, "frame_order", 3) {}

 private:
  void measure(const media::FrameView&) override {
    const auto& now = track().small();
    const double level = quick::mean_of(now);
    if (frames_ >= 2) near_ = quick::mean_difference(now, last_, level - last_level_);
    if (frames_ >= 3) {
      const double far = quick::mean_difference(now, before_last_, level - before_last_level_);
      const bool silent = std::max(near_, last_near_) < 0.5;
      parts_.push_back(silent || far >= 0.95 * std::max(near_, last_near_) ? 1.0 : 0.0);
    }
    before_last_ = std::move(last_);
    before_last_level_ = last_level_;
    last_ = now;
    last_level_ = level;
    last_near_ = near_;
  }
  void conclude(Score& score) override {
    score.value = mean_part();
    if (score.value < 0.5) score.flags.push_back("out of order: frames resemble their neighbours less than frames further away");
  }

  quick::Plane last_, before_last_;
  double last_level_ = 0.0, before_last_level_ = 0.0;
  double near_ = 0.0, last_near_ = 0.0;  // difference of the current and the previous pair of neighbours
};

}  // namespace

EvaluatorInfo information() {
  return {.name = "frame_order",
          .profile = "quick",
          .summary = "share of frame triples whose neighbours are the closest ones; shuffled frames: about 0.3",
          .licence = "",
          .needs = {},
          .low = 0.0,
          .high = 1.0,
          .higher_is_better = true};
}

std::unique_ptr<EvaluatorBase> create(const std::filesystem::path&, const LoadOptions&) {
  return std::make_unique<SimpleEvaluator<Judge>>(information());
}

}  // namespace gallop::evaluators::frame_order
