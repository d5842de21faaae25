// The sound of a clip to judge, and the base of measures that look at nothing else.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "gallop/evaluator.h"

namespace gallop::evaluators::sound {

// One row a channel, float32 in [-1, 1] (decoded lossy sound may overshoot).
struct SoundTrack {
  std::vector<std::vector<float>> channels = {};
  int rate = 0;  // samples per second
  std::size_t length() const { return channels.empty() ? 0 : channels[0].size(); }
  double seconds() const { return static_cast<double>(length()) / rate; }
};

// InvalidArgument: the clip has no sound (a clip without sound has no score, not a zero); the values are not finite.
SoundTrack sound_of(const ClipRequest& request, const std::string& dimension);
// Mean over channels.
std::vector<float> mixed_down(const SoundTrack& track);

// Decibels of an amplitude relative to full scale, at least `floor`.
double decibels(double amplitude, double floor);

class SoundEvaluator final : public EvaluatorBase {
 public:
  using Judge = std::function<Score(const SoundTrack& track)>;
  SoundEvaluator(EvaluatorInfo info, Judge judge) : info_(std::move(info)), judge_(std::move(judge)) {}
  EvaluatorInfo info() const override { return info_; }
  std::vector<Score> score(std::span<const ClipRequest> requests, const RunOptions& run) override;

 private:
  EvaluatorInfo info_;
  Judge judge_;
};

}  // namespace gallop::evaluators::sound
