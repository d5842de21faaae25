#include "evaluators/sound/sound_track.h"

#include <cmath>

#include "base/check.h"
#include "base/names.h"
#include "base/run.h"
#include "media/audio.h"

namespace gallop::evaluators::sound {

SoundTrack sound_of(const ClipRequest& request, const std::string& dimension) {
  const auto* file = request.clip.file();
  const auto audio = file != nullptr ? media::read_audio(*file) : request.clip.frames()->audio();
  GALLOP_CHECK(!audio.empty() && audio.channels > 0 && audio.sample_rate > 0, InvalidArgument,
               "{}: {} has no sound; judge clips with a sound track", dimension, base::quote(request.clip.name()));
  SoundTrack track;
  track.rate = audio.sample_rate;
  const auto channels = static_cast<std::size_t>(audio.channels);
  track.channels.assign(channels, std::vector<float>(audio.samples.size() / channels));
  for (std::size_t i = 0; i < track.length(); ++i)
    for (std::size_t c = 0; c < channels; ++c) {
      const float value = audio.samples[i * channels + c];
      GALLOP_CHECK(std::isfinite(value), InvalidArgument, "{}: sample {} of {} is not a finite number; the sound is damaged", dimension, i,
                   base::quote(request.clip.name()));
      track.channels[c][i] = value;
    }
  return track;
}

std::vector<float> mixed_down(const SoundTrack& track) {
  std::vector<float> mix(track.length(), 0.0F);
  const float share = 1.0F / static_cast<float>(track.channels.size());
  for (const auto& channel : track.channels)
    for (std::size_t i = 0; i < mix.size(); ++i) mix[i] += share * channel[i];
  return mix;
}

double decibels(double amplitude, double floor) { return amplitude > 0.0 ? std::max(floor, 20.0 * std::log10(amplitude)) : floor; }

std::vector<Score> SoundEvaluator::score(std::span<const ClipRequest> requests, const RunOptions& run) {
  const base::RunMonitor monitor(run);
  std::vector<Score> scores;
  for (const auto& request : requests) {
    monitor.tick(Stage::score, static_cast<int>(scores.size()), static_cast<int>(requests.size()), request.clip.name());
    auto score = judge_(sound_of(request, info_.name));
    score.dimension = info_.name;
    scores.push_back(std::move(score));
  }
  monitor.tick(Stage::score, static_cast<int>(scores.size()), static_cast<int>(requests.size()));
  return scores;
}

}  // namespace gallop::evaluators::sound
