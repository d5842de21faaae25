// Synchrony: by how much the onsets of the sound miss the sudden changes of motion, in seconds. Says nothing about lips; clips
// without events in both have no score.
#include <algorithm>
#include <cmath>

#include "base/check.h"
#include "evaluators/quick/luma_track.h"
#include "evaluators/registration.h"
#include "evaluators/simple_evaluator.h"
#include "evaluators/sound/alignment.h"

GALLOP_EVALUATOR(sound_synchrony)

namespace gallop::evaluators::sound_synchrony {
namespace {

constexpr double kReach = 0.5;   // seconds to either side that are searched
constexpr double kClear = 0.25;  // correlation below which the answer is a guess

class Judge final : public ClipJudge {
 public:
  explicit Judge(const ClipContext& context)
      : request_(context.request), track_(context.shared.get<quick::LumaTrack>()), fps_(context.source.fps) {}

  void push(const media::FrameView& frame) override {
    track_->take(frame);
    motion_.push_back(track_->has_previous() ? track_->pair_difference() : 0.0);
  }
  Score finish() override {
    Score score{.dimension = "sound_synchrony"};
    require_frames(score, static_cast<std::int64_t>(motion_.size()), 8);
    const auto track = sound::sound_of(request_, score.dimension);
    const auto onsets = sound::sound_onsets(track);
    const auto changes = changes_of_motion();
    GALLOP_CHECK(largest(changes) > 0.2, InvalidArgument,
                 "sound_synchrony: nothing in the picture starts, stops or jumps; there is no moment to compare the sound with");
    GALLOP_CHECK(largest(onsets) > 0.05, InvalidArgument,
                 "sound_synchrony: nothing in the sound begins; there is no moment to compare the picture with");
    const auto found = sound::align(onsets, sound::motion_events(changes, fps_, onsets.size()), kReach);
    score.value = std::fabs(found.offset);
    score.details = {{"offset_seconds", found.offset}, {"correlation", found.correlation}, {"next_best", found.rivals}};
    if (found.correlation < kClear || found.rivals > 0.9 * found.correlation)
      score.flags.push_back("uncertain: sound and motion have no common rhythm that would stand out");
    else if (score.value > 0.08)
      score.flags.push_back(found.offset > 0.0 ? "late: the sound comes after the picture" : "early: the sound comes before the picture");
    return score;
  }

 private:
  // How abruptly the amount of motion changes at each frame. The first frame has no motion before it, the second no change.
  std::vector<double> changes_of_motion() const {
    std::vector<double> changes(motion_.size(), 0.0);
    for (std::size_t t = 2; t < motion_.size(); ++t) changes[t] = std::max(0.0, motion_[t] - motion_[t - 1]);
    return changes;
  }
  static double largest(const std::vector<double>& x) { return x.empty() ? 0.0 : *std::max_element(x.begin(), x.end()); }

  const ClipRequest& request_;
  std::shared_ptr<quick::LumaTrack> track_;
  double fps_;
  std::vector<double> motion_;
};

}  // namespace

EvaluatorInfo information() {
  return {.name = "sound_synchrony",
          .profile = "sound",
          .summary = "offset between onsets of the sound and sudden motion, in seconds",
          .licence = "",
          .needs = {},
          .low = 0.0,
          .high = kReach,
          .higher_is_better = false};
}

std::unique_ptr<EvaluatorBase> create(const std::filesystem::path&, const LoadOptions&) {
  return std::make_unique<SimpleEvaluator<Judge>>(information());
}

}  // namespace gallop::evaluators::sound_synchrony
