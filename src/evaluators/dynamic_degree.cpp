// VBench dynamic_degree: does enough of the clip move fast, by RAFT flow at about 8 frames a second (vbench.md 4.5).
#include <cmath>

#include "evaluators/registration.h"
#include "evaluators/vbench/flow_track.h"
#include "evaluators/vbench/model_evaluator.h"

GALLOP_EVALUATOR(dynamic_degree)

namespace gallop::evaluators::dynamic_degree {
namespace {

using Model = std::shared_ptr<const models::raft::Raft>;
constexpr const char* kName = "dynamic_degree";
constexpr double kShare = 0.05;  // of the flow vectors, the longest ones

class Judge final : public ClipJudge {
 public:
  Judge(const Model& model, const ClipContext& context)
      : track_(kName, kShare, *model, context.monitor),
        interval_(std::max<std::int64_t>(1, static_cast<std::int64_t>(std::nearbyint(context.source.fps / 8.0)))) {
    if (context.source.frames) expected_ = (*context.source.frames + interval_ - 1) / interval_;
  }

  void push(const media::FrameView& frame) override {
    if (seen_++ % interval_ != 0) return;
    track_.push(frame);
    while (track_.waiting() && (expected_ || track_.crowded()) && !decided()) work_off();
  }

  bool decided() const override { return expected_ && pairs_.scored() > 0 && pairs_.fast() >= needed(*expected_); }

  Score finish() override {
    Score score{.dimension = kName};
    const auto kept = track_.frames();
    require_frames(score, kept, 1);
    if (!decided()) expected_ = kept;
    // Further pairs cannot change the answer once enough are fast, so they are not computed.
    while (track_.waiting() && !decided()) work_off();
    if (track_.undefined()) score.flags.push_back(track_.undefined_flag());
    if (kept == 1) score.flags.push_back("one kept frame: there is no pair, which counts as not moving");
    // Every comparison with NaN is false, so of an undefined flow only a count of zero can be reached.
    score.value = kept > 1 && pairs_.fast() >= needed(*expected_) ? 1.0 : 0.0;
    score.details = {{"kept_frames", static_cast<double>(kept)},
                     {"interval", static_cast<double>(interval_)},
                     {"threshold", threshold()},
                     {"count_needed", static_cast<double>(needed(*expected_))},
                     {"pairs_computed", static_cast<double>(pairs_.scored())}};
    score.parts = pairs_.take_scores();
    return score;
  }

 private:
  static std::int64_t needed(std::int64_t kept) {
    return static_cast<std::int64_t>(std::nearbyint(4.0 * (static_cast<double>(kept) / 16.0)));
  }
  double threshold() const { return track_.scaled(6.0); }

  void work_off() { pairs_.work_off(track_, threshold()); }

  vbench::FlowTrack track_;
  std::int64_t interval_;
  std::optional<std::int64_t> expected_ = std::nullopt;  // kept frames in all, when known
  vbench::FastPairs pairs_;
  std::int64_t seen_ = 0;
};

}  // namespace

EvaluatorInfo information() {
  return {.name = kName,
          .profile = "vbench",
          .summary = "1 when enough frame pairs move fast by RAFT flow at about 8 frames a second, else 0",
          .licence = "RAFT weights: BSD-3-Clause",
          .needs = {"weights:raft-things.pth"},
          .low = 0.0,
          .high = 1.0,
          .higher_is_better = true};
}

std::unique_ptr<EvaluatorBase> create(const std::filesystem::path& weights, const LoadOptions& options) {
  return vbench::make_evaluator<Judge>(information(), {.contract = ReaderContract::opencv}, vbench::load_raft(weights, options));
}

}  // namespace gallop::evaluators::dynamic_degree
