// Length match: how much longer or shorter the sound is than the picture, in seconds.
#include <cmath>

#include "evaluators/registration.h"
#include "evaluators/simple_evaluator.h"
#include "evaluators/sound/sound_track.h"

GALLOP_EVALUATOR(sound_length)

namespace gallop::evaluators::sound_length {
namespace {

class Judge final : public ClipJudge {
 public:
  explicit Judge(const ClipContext& context) : request_(context.request), fps_(context.source.fps) {}

  void push(const media::FrameView&) override { ++frames_; }
  Score finish() override {
    Score score{.dimension = "sound_length"};
    require_frames(score, frames_, 1);
    const double picture = static_cast<double>(frames_) / fps_, sound = sound::sound_of(request_, score.dimension).seconds();
    score.value = std::fabs(sound - picture);
    score.details = {{"sound_seconds", sound}, {"picture_seconds", picture}};
    // A frame of AAC is about 20 ms: containers round the sound to that.
    if (sound - picture > 0.1) score.flags.push_back("long: the sound outlasts the picture");
    if (picture - sound > 0.1) score.flags.push_back("short: the picture outlasts the sound");
    return score;
  }

 private:
  const ClipRequest& request_;
  double fps_;
  std::int64_t frames_ = 0;
};

}  // namespace

EvaluatorInfo information() {
  return {.name = "sound_length",
          .profile = "sound",
          .summary = "difference between the lengths of sound and picture, in seconds",
          .licence = "",
          .needs = {},
          .low = 0.0,
          .high = 1e9,
          .higher_is_better = false};
}

std::unique_ptr<EvaluatorBase> create(const std::filesystem::path&, const LoadOptions&) {
  return std::make_unique<SimpleEvaluator<Judge>>(information());
}

}  // namespace gallop::evaluators::sound_length
