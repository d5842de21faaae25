// Silence: the share of the clip during which every channel stays below -60 dBFS.
#include <algorithm>
#include <cmath>

#include "evaluators/registration.h"
#include "evaluators/sound/sound_track.h"

GALLOP_EVALUATOR(sound_silence)

namespace gallop::evaluators::sound_silence {
namespace {

constexpr double kWindow = 0.02;     // seconds
constexpr double kThreshold = 1e-3;  // root mean square, -60 dBFS

double root_mean_square(const std::vector<float>& x, std::size_t first, std::size_t count) {
  double sum = 0.0;
  for (std::size_t i = first; i < first + count; ++i) sum += static_cast<double>(x[i]) * x[i];
  return std::sqrt(sum / static_cast<double>(count));
}

Score judge(const sound::SoundTrack& track) {
  const auto window = std::max<std::size_t>(1, static_cast<std::size_t>(std::lround(kWindow * track.rate)));
  Score score;
  double silent = 0.0, stretch = 0.0, longest = 0.0, leading = 0.0;
  bool heard = false;
  for (std::size_t first = 0; first < track.length(); first += window) {
    const auto count = std::min(window, track.length() - first);
    double level = 0.0;
    for (const auto& channel : track.channels) level = std::max(level, root_mean_square(channel, first, count));
    const double seconds = static_cast<double>(count) / track.rate;
    const bool quiet = level < kThreshold;
    score.parts.push_back(quiet ? 1.0 : 0.0);
    silent += quiet ? seconds : 0.0;
    stretch = quiet ? stretch + seconds : 0.0;
    longest = std::max(longest, stretch);
    heard = heard || !quiet;
    if (!heard) leading = stretch;
  }
  score.value = silent / track.seconds();
  score.details = {{"longest_seconds", longest}, {"leading_seconds", leading}, {"trailing_seconds", stretch}};
  if (!heard)
    score.flags.push_back("silent: the whole track stays below -60 dBFS");
  else if (longest > 1.0)
    score.flags.push_back("gap: more than a second of silence");
  return score;
}

}  // namespace

EvaluatorInfo information() {
  return {.name = "sound_silence",
          .profile = "sound",
          .summary = "share of the clip below -60 dBFS on every channel",
          .licence = "",
          .needs = {},
          .low = 0.0,
          .high = 1.0,
          .higher_is_better = false};
}

std::unique_ptr<EvaluatorBase> create(const std::filesystem::path&, const LoadOptions&) {
  return std::make_unique<sound::SoundEvaluator>(information(), judge);
}

}  // namespace gallop::evaluators::sound_silence
