// Integrated loudness in LUFS (ITU-R BS.1770-4): what a loudness meter of a broadcaster shows.
#include <algorithm>
#include <cmath>

#include "evaluators/registration.h"
#include "evaluators/sound/loudness_meter.h"

GALLOP_EVALUATOR(sound_loudness)

namespace gallop::evaluators::sound_loudness {
namespace {

Score judge(const sound::SoundTrack& track) {
  const auto loudness = sound::measure_loudness(track);
  float peak = 0.0F;
  for (const auto& channel : track.channels)
    for (const float value : channel) peak = std::max(peak, std::fabs(value));
  Score score{.dimension = {}, .value = loudness.integrated, .parts = loudness.momentary};
  score.details = {{"peak_dbfs", sound::decibels(peak, -120.0)},
                   {"loudest_moment", *std::max_element(loudness.momentary.begin(), loudness.momentary.end())}};
  if (score.value <= sound::kAbsoluteGate)
    score.flags.push_back("silent: nothing is louder than -70 LUFS");
  else if (score.value < -40.0)
    score.flags.push_back("quiet: far below the -14 to -24 LUFS of published sound");
  else if (score.value > -9.0)
    score.flags.push_back("loud: above anything that is published uncompressed");
  return score;
}

}  // namespace

EvaluatorInfo information() {
  return {.name = "sound_loudness",
          .profile = "sound",
          .summary = "integrated loudness in LUFS; published sound lies between -24 and -14",
          .licence = "",
          .needs = {},
          .low = sound::kAbsoluteGate,
          .high = 10.0,
          .higher_is_better = true};
}

std::unique_ptr<EvaluatorBase> create(const std::filesystem::path&, const LoadOptions&) {
  return std::make_unique<sound::SoundEvaluator>(information(), judge);
}

}  // namespace gallop::evaluators::sound_loudness
