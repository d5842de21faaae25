// Frozen frames: the share of frames that repeat the one before within a standstill of at least half a second. Static cameras
// are not frozen: their sensor or coder leaves traces, so only pairs that are equal up to coding residue count.
#include <algorithm>

#include "evaluators/quick/repeats.h"
#include "evaluators/quick/track_judge.h"
#include "evaluators/registration.h"
#include "evaluators/simple_evaluator.h"

GALLOP_EVALUATOR(frozen_frames)

namespace gallop::evaluators::frozen_frames {
namespace {

class Judge final : public quick::TrackJudge {
 public:
  explicit Judge(const ClipContext& context) : TrackJudge(context, "frozen_frames", 2) {}

 private:
  void measure(const media::FrameView&) override {
    if (!track().has_previous()) return;
    differences_.push_back(track().pair_difference());
  }
  void conclude(Score& score) override {
    const auto repeated = quick::repeated_pairs(differences_);
    const auto least = std::max<std::int64_t>(3, static_cast<std::int64_t>(fps_ * 0.5));
    parts_.assign(differences_.size(), 0.0);
    for (const auto& run : quick::runs_of(repeated))
      if (run.length >= least || run.length == static_cast<std::int64_t>(repeated.size()))
        std::fill_n(parts_.begin() + run.first, run.length, 1.0);
    score.value = mean_part();
    if (score.value > 0.0) score.flags.push_back("frozen: the picture stands still for half a second or more");
  }

  std::vector<double> differences_;
};

}  // namespace

EvaluatorInfo information() {
  return {.name = "frozen_frames",
          .profile = "quick",
          .summary = "share of frames inside a standstill of half a second or more",
          .licence = "",
          .needs = {},
          .low = 0.0,
          .high = 1.0,
          .higher_is_better = false};
}

std::unique_ptr<EvaluatorBase> create(const std::filesystem::path&, const LoadOptions&) {
  return std::make_unique<SimpleEvaluator<Judge>>(information());
}

}  // namespace gallop::evaluators::frozen_frames
