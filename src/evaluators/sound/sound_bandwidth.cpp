// Bandwidth: the highest frequency that the clip really uses, in Hz: the last bin of the smoothed long-term spectrum within 60 dB
// of its strongest one. Sound that went through a narrow codec or an upsampler ends early.
#include <algorithm>
#include <cmath>

#include "base/check.h"
#include "evaluators/registration.h"
#include "evaluators/sound/sound_track.h"
#include "evaluators/sound/spectrum.h"

GALLOP_EVALUATOR(sound_bandwidth)

namespace gallop::evaluators::sound_bandwidth {
namespace {

constexpr std::int64_t kWindow = 2048;
constexpr double kReach = 1e-6;  // of the strongest smoothed bin: -60 dB

// Mean over seven neighbouring bins, so that one stray bin does not decide.
std::vector<double> smoothed(const std::vector<double>& x) {
  std::vector<double> y(x.size());
  const auto count = static_cast<std::ptrdiff_t>(x.size());
  for (std::ptrdiff_t i = 0; i < count; ++i) {
    double sum = 0.0;
    const auto first = std::max<std::ptrdiff_t>(0, i - 3), last = std::min(count - 1, i + 3);
    for (auto k = first; k <= last; ++k) sum += x[static_cast<std::size_t>(k)];
    y[static_cast<std::size_t>(i)] = sum / static_cast<double>(last - first + 1);
  }
  return y;
}

// Over the windows that lie within the sound: where it begins or ends at once, a window that reaches beyond sees a click that
// nobody hears, and a click has every frequency.
at::Tensor long_term_power(const std::vector<float>& wave) {
  constexpr auto hop = kWindow / 2;
  const auto all = sound::power_spectra(wave, kWindow, hop, sound::Taper::blackman_harris);
  const auto inside = static_cast<std::int64_t>(wave.size()) / hop - 1;
  return (inside > 0 ? all.narrow(1, 1, inside) : all).mean(1).to(at::kDouble).contiguous();
}

Score judge(const sound::SoundTrack& track) {
  const auto mean = long_term_power(sound::mixed_down(track));
  const std::vector<double> power(mean.const_data_ptr<double>(), mean.const_data_ptr<double>() + mean.numel());
  const auto level = smoothed(power);
  const double strongest = *std::max_element(level.begin(), level.end()),
               hertz = static_cast<double>(track.rate) / static_cast<double>(kWindow);
  GALLOP_CHECK(strongest > 1e-14, InvalidArgument, "sound_bandwidth: the clip is silent; there is no spectrum to measure");
  Score score;
  double total = 0.0, weighted = 0.0;
  for (std::size_t i = 0; i < power.size(); ++i) {
    total += power[i];
    weighted += power[i] * static_cast<double>(i) * hertz;
  }
  for (std::size_t i = 0; i < level.size(); ++i)
    if (level[i] >= kReach * strongest) score.value = static_cast<double>(i) * hertz;
  score.details = {{"centroid_hz", weighted / total}, {"nyquist_hz", 0.5 * track.rate}};
  if (score.value < 6000.0) score.flags.push_back("dull: nothing above 6 kHz, as on the telephone");
  return score;
}

}  // namespace

EvaluatorInfo information() {
  return {.name = "sound_bandwidth",
          .profile = "sound",
          .summary = "highest frequency within 60 dB of the strongest in the long-term spectrum, in Hz",
          .licence = "",
          .needs = {},
          .low = 0.0,
          .high = 192000.0,
          .higher_is_better = true};
}

std::unique_ptr<EvaluatorBase> create(const std::filesystem::path&, const LoadOptions&) {
  return std::make_unique<sound::SoundEvaluator>(information(), judge);
}

}  // namespace gallop::evaluators::sound_bandwidth
