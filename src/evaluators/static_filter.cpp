// VBench's static filter: is a clip still enough for temporal_flickering, by RAFT flow of every pair (vbench.md 4.3.1).
#include <cmath>

#include "evaluators/registration.h"
#include "evaluators/vbench/flow_track.h"
#include "evaluators/vbench/model_evaluator.h"

GALLOP_EVALUATOR(static_filter)

namespace gallop::evaluators::static_filter {
namespace {

using Model = std::shared_ptr<const models::raft::Raft>;
constexpr const char* kName = "static_filter";
constexpr double kShare = 0.02;  // of the flow vectors, the longest ones

class Judge final : public ClipJudge {
 public:
  Judge(const Model& model, const ClipContext& context) : track_(kName, kShare, *model, context.monitor), length_(context.source.frames) {}

  void push(const media::FrameView& frame) override {
    track_.push(frame);
    while (track_.waiting() && (length_ || track_.crowded()) && !decided()) work_off();
  }

  bool decided() const override { return length_ && pairs_.fast() > allowed(*length_); }

  Score finish() override {
    Score score{.dimension = kName};
    const auto frames = track_.frames();
    require_frames(score, frames, 1);
    length_ = length_ && decided() ? length_ : std::optional(frames);
    if (track_.undefined())
      score.flags.push_back(track_.undefined_flag());
    else if (!decided())
      judge_ends(score);
    while (track_.waiting() && !decided() && !far_) work_off();
    score.value = decided() || far_ ? 0.0 : 1.0;
    score.details["frames"] = static_cast<double>(*length_);
    score.details["threshold"] = threshold();
    score.details["count_allowed"] = static_cast<double>(allowed(*length_));
    score.details["pairs_computed"] = static_cast<double>(pairs_.scored());
    score.parts = pairs_.take_scores();
    return score;
  }

 private:
  static std::int64_t allowed(std::int64_t frames) {
    return static_cast<std::int64_t>(std::nearbyint(2.0 * (static_cast<double>(frames) / 16.0)));
  }
  double threshold() const { return track_.scaled(3.0); }

  void work_off() { pairs_.work_off(track_, threshold()); }

  // A clip that drifts far ends here, before its neighbours are looked at: either alone decides.
  void judge_ends(Score& score) {
    const auto [forward, backward] = track_.ends();
    const double limit = threshold() * static_cast<double>(allowed(*length_)) * 2.0;
    far_ = forward > limit || backward > limit;
    score.details["first_to_last"] = forward;
    score.details["last_to_first"] = backward;
    score.details["ends_threshold"] = limit;
  }

  vbench::FlowTrack track_;
  std::optional<std::int64_t> length_;  // of the clip, when known
  vbench::FastPairs pairs_;
  bool far_ = false;
};

}  // namespace

EvaluatorInfo information() {
  return {.name = kName,
          .profile = "filter",
          .summary = "1 when the clip is still enough to be judged by temporal_flickering, else 0, by RAFT flow of every pair of frames",
          .licence = "RAFT weights: BSD-3-Clause",
          .needs = {"weights:raft-things.pth"},
          .low = 0.0,
          .high = 1.0,
          .higher_is_better = true};
}

std::unique_ptr<EvaluatorBase> create(const std::filesystem::path& weights, const LoadOptions& options) {
  return vbench::make_evaluator<Judge>(information(), {.contract = ReaderContract::opencv}, vbench::load_raft(weights, options));
}

}  // namespace gallop::evaluators::static_filter
