// Clipping: the share of samples on flat tops or beyond full scale. A flat top is three or more equal samples near the
// channel's peak that the wave enters and leaves steeply; a wave that merely turns there does so gently. Lossy coding turns
// flat tops at full scale into samples beyond it.
#include <algorithm>
#include <cmath>

#include "evaluators/registration.h"
#include "evaluators/sound/sound_track.h"

GALLOP_EVALUATOR(sound_clipping)

namespace gallop::evaluators::sound_clipping {
namespace {

constexpr float kEqual = 2e-5F;                    // below the step of 16-bit sound
constexpr float kNearPeak = 0.9F, kSteep = 1e-3F;  // of the peak
constexpr float kFullScale = 1.0F + 1e-4F;         // decoders round
constexpr float kFaintest = 0.05F;                 // quieter channels are not clipped but digital silence or dither

// Marks the flat tops of one channel.
std::vector<char> flat_tops(const std::vector<float>& x, float peak) {
  std::vector<char> marked(x.size(), 0);
  for (std::size_t start = 0; start < x.size();) {
    auto end = start + 1;
    while (end < x.size() && std::fabs(x[end] - x[start]) <= kEqual) ++end;
    const bool near = std::fabs(x[start]) >= kNearPeak * peak && peak >= kFaintest;
    const auto leap = [&](std::size_t inside, std::size_t outside) { return std::fabs(x[inside]) - std::fabs(x[outside]) > kSteep * peak; };
    const bool enters = start > 0 && leap(start, start - 1), leaves = end < x.size() && leap(end - 1, end);
    if (end - start >= 3 && near && (enters || leaves))
      std::fill(marked.begin() + static_cast<std::ptrdiff_t>(start), marked.begin() + static_cast<std::ptrdiff_t>(end), 1);
    start = end;
  }
  return marked;
}

Score judge(const sound::SoundTrack& track) {
  Score score;
  std::size_t clipped = 0, beyond = 0;
  for (const auto& x : track.channels) {
    float peak = 0.0F;
    for (const float value : x) peak = std::max(peak, std::fabs(value));
    const auto marked = flat_tops(x, peak);
    std::size_t own = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
      const bool over = std::fabs(x[i]) > kFullScale;
      own += over || marked[i] != 0;
      beyond += over;
    }
    clipped += own;
    score.parts.push_back(static_cast<double>(own) / static_cast<double>(x.size()));
  }
  const auto total = static_cast<double>(track.length() * track.channels.size());
  score.value = static_cast<double>(clipped) / total;
  score.details = {{"beyond_full_scale", static_cast<double>(beyond) / total}};
  if (score.value > 1e-4) score.flags.push_back("clipped: the wave is cut off at its peaks");
  return score;
}

}  // namespace

EvaluatorInfo information() {
  return {.name = "sound_clipping",
          .profile = "sound",
          .summary = "share of samples on flat tops or beyond full scale",
          .licence = "",
          .needs = {},
          .low = 0.0,
          .high = 1.0,
          .higher_is_better = false};
}

std::unique_ptr<EvaluatorBase> create(const std::filesystem::path&, const LoadOptions&) {
  return std::make_unique<sound::SoundEvaluator>(information(), judge);
}

}  // namespace gallop::evaluators::sound_clipping
