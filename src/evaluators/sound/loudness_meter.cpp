#include "evaluators/sound/loudness_meter.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace gallop::evaluators::sound {
namespace {

constexpr double kPi = 3.14159265358979323846;

// A second-order section, run in double.
struct Section {
  std::array<double, 3> b;
  std::array<double, 2> a;  // of z^-1 and z^-2

  void filter(std::vector<double>& x) const {
    double s1 = 0.0, s2 = 0.0;
    for (auto& value : x) {
      const double y = b[0] * value + s1;
      s1 = b[1] * value - a[0] * y + s2;
      s2 = b[2] * value - a[1] * y;
      value = y;
    }
  }
};

// The two filters of the standard are tabulated for 48 kHz; these are their analogue forms, warped to the track's rate.
Section head_filter(double rate) {  // a shelf of about 4 dB above 1.7 kHz
  const double k = std::tan(kPi * 1681.974450955533 / rate), q = 0.7071752369554196;
  const double gain = std::pow(10.0, 3.999843853973347 / 20.0), band = std::pow(gain, 0.4996667741545416);
  const double scale = 1.0 / (1.0 + k / q + k * k);
  return {{(gain + band * k / q + k * k) * scale, 2.0 * (k * k - gain) * scale, (gain - band * k / q + k * k) * scale},
          {2.0 * (k * k - 1.0) * scale, (1.0 - k / q + k * k) * scale}};
}
Section low_cut(double rate) {  // below 38 Hz
  const double k = std::tan(kPi * 38.13547087602444 / rate), q = 0.5003270373238773;
  const double scale = 1.0 / (1.0 + k / q + k * k);
  return {{1.0, -2.0, 1.0}, {2.0 * (k * k - 1.0) * scale, (1.0 - k / q + k * k) * scale}};
}

// Weight of a channel in the usual orders: 5.0 and 5.1 have louder surrounds, the last also a bass channel that is left out.
double weight_of(std::size_t channel, std::size_t channels) {
  if (channels == 6 && channel == 3) return 0.0;
  if ((channels == 6 && channel >= 4) || (channels == 5 && channel >= 3)) return 1.41;
  return 1.0;
}

double loudness_of(double power) { return power > 0.0 ? -0.691 + 10.0 * std::log10(power) : -1e9; }

// Mean weighted power of every block of 0.4 s, one each 0.1 s.
std::vector<double> block_powers(const SoundTrack& track) {
  const auto step = std::max<std::size_t>(1, static_cast<std::size_t>(track.rate / 10));
  const auto block = std::min(4 * step, track.length());
  const auto count = (track.length() - block) / step + 1;
  std::vector<double> powers(count, 0.0);
  for (std::size_t c = 0; c < track.channels.size(); ++c) {
    std::vector<double> x(track.channels[c].begin(), track.channels[c].end());
    head_filter(track.rate).filter(x);
    low_cut(track.rate).filter(x);
    std::vector<double> sums(x.size() + 1, 0.0);
    for (std::size_t i = 0; i < x.size(); ++i) sums[i + 1] = sums[i] + x[i] * x[i];
    for (std::size_t i = 0; i < count; ++i)
      powers[i] += weight_of(c, track.channels.size()) * (sums[i * step + block] - sums[i * step]) / static_cast<double>(block);
  }
  return powers;
}

// Mean power of the blocks louder than `gate`; 0 when there is none.
double gated_mean(const std::vector<double>& powers, double gate) {
  double sum = 0.0;
  std::size_t count = 0;
  for (const double power : powers)
    if (loudness_of(power) > gate) {
      sum += power;
      ++count;
    }
  return count > 0 ? sum / static_cast<double>(count) : 0.0;
}

}  // namespace

Loudness measure_loudness(const SoundTrack& track) {
  const auto powers = block_powers(track);
  Loudness loudness;
  for (const double power : powers) loudness.momentary.push_back(std::max(kAbsoluteGate, loudness_of(power)));
  const double audible = gated_mean(powers, kAbsoluteGate);
  if (audible > 0.0)
    loudness.integrated = std::max(kAbsoluteGate, loudness_of(gated_mean(powers, std::max(kAbsoluteGate, loudness_of(audible) - 10.0))));
  return loudness;
}

}  // namespace gallop::evaluators::sound
