#include "evaluators/sound/alignment.h"

#include <algorithm>
#include <cmath>

#include "evaluators/sound/spectrum.h"

namespace gallop::evaluators::sound {
namespace {

void centre(std::vector<double>& x) {
  double sum = 0.0;
  for (const double value : x) sum += value;
  for (auto& value : x) value -= sum / static_cast<double>(x.size());
}

// Correlation of a with b shifted right by `lag`: pairs (a[i + lag], b[i]); both centred already.
double correlation(const std::vector<double>& a, const std::vector<double>& b, std::ptrdiff_t lag) {
  double product = 0.0, aa = 0.0, bb = 0.0;
  const auto count = static_cast<std::ptrdiff_t>(std::min(a.size(), b.size()));
  for (std::ptrdiff_t i = std::max<std::ptrdiff_t>(0, -lag); i < std::min(count, count - lag); ++i) {
    const double x = a[static_cast<std::size_t>(i + lag)], y = b[static_cast<std::size_t>(i)];
    product += x * y;
    aa += x * x;
    bb += y * y;
  }
  return aa > 0.0 && bb > 0.0 ? product / std::sqrt(aa * bb) : 0.0;
}

}  // namespace

std::vector<double> sound_onsets(const SoundTrack& track) {
  const auto hop = static_cast<std::int64_t>(std::lround(track.rate / kAlignmentRate));
  std::int64_t window = 64;
  while (2 * window <= track.rate / 50) window *= 2;  // 10 to 20 ms: shorter than a frame, long enough for low tones
  const auto levels = (power_spectra(mixed_down(track), window, hop) + 1e-8).log();  // [bins, instants]
  const auto instants = levels.size(1);
  std::vector<double> onsets(static_cast<std::size_t>(instants), 0.0);
  if (instants < 2) return onsets;
  const auto growth =
      (levels.narrow(1, 1, instants - 1) - levels.narrow(1, 0, instants - 1)).clamp_min(0.0).mean(0).to(at::kDouble).contiguous();
  // A window centred on instant i reaches half its length ahead: growth seen there happens at its far edge.
  const auto ahead = static_cast<std::size_t>(std::lround(0.25 * static_cast<double>(window) / static_cast<double>(hop)));
  for (std::int64_t i = 0; i + 1 < instants; ++i) {
    const auto at = std::min(onsets.size() - 1, static_cast<std::size_t>(i + 1) + ahead);
    onsets[at] += growth.const_data_ptr<double>()[i];
  }
  return onsets;
}

std::vector<double> motion_events(const std::vector<double>& changes, double fps, std::size_t length) {
  std::vector<double> curve(length, 0.0);
  for (std::size_t t = 0; t < changes.size(); ++t) {
    const double centre_at = static_cast<double>(t) / fps, half = 1.0 / fps;
    const auto first = static_cast<std::ptrdiff_t>(std::ceil((centre_at - half) * kAlignmentRate)),
               last = static_cast<std::ptrdiff_t>(std::floor((centre_at + half) * kAlignmentRate));
    for (auto i = std::max<std::ptrdiff_t>(0, first); i <= last && i < static_cast<std::ptrdiff_t>(length); ++i)
      curve[static_cast<std::size_t>(i)] += changes[t] * (1.0 - std::fabs(static_cast<double>(i) / kAlignmentRate - centre_at) / half);
  }
  return curve;
}

Alignment align(const std::vector<double>& sound, const std::vector<double>& motion, double reach) {
  auto a = sound, b = motion;
  const auto length = std::min(a.size(), b.size());
  a.resize(length);
  b.resize(length);
  centre(a);
  centre(b);
  const auto most = static_cast<std::ptrdiff_t>(std::min(reach * kAlignmentRate, 0.5 * static_cast<double>(length)));
  std::vector<double> values;
  for (auto lag = -most; lag <= most; ++lag) values.push_back(correlation(a, b, lag));
  const auto best = static_cast<std::size_t>(std::max_element(values.begin(), values.end()) - values.begin());
  Alignment alignment;
  alignment.correlation = values[best];
  double between = 0.0;
  if (best > 0 && best + 1 < values.size()) {
    const double left = values[best - 1], right = values[best + 1], bend = left - 2.0 * values[best] + right;
    if (bend < 0.0) between = 0.5 * (left - right) / bend;
  }
  alignment.offset = (static_cast<double>(static_cast<std::ptrdiff_t>(best) - most) + between) / kAlignmentRate;
  for (std::size_t i = 0; i < values.size(); ++i)
    if (std::fabs(static_cast<double>(i) - static_cast<double>(best)) > 0.1 * kAlignmentRate)
      alignment.rivals = std::max(alignment.rivals, values[i]);
  return alignment;
}

}  // namespace gallop::evaluators::sound
