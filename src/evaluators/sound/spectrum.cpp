#include "evaluators/sound/spectrum.h"

namespace gallop::evaluators::sound {

namespace {

at::Tensor samples_of(Taper taper, std::int64_t window) {
  const auto turn =
      at::arange(window, at::TensorOptions().dtype(at::kFloat)) * (2.0 * 3.14159265358979323846 / static_cast<double>(window));
  if (taper == Taper::hann) return 0.5 - 0.5 * turn.cos();
  return 0.35875 - 0.48829 * turn.cos() + 0.14128 * (2.0 * turn).cos() - 0.01168 * (3.0 * turn).cos();
}

}  // namespace

at::Tensor power_spectra(const std::vector<float>& wave, std::int64_t window, std::int64_t hop, Taper taper) {
  const c10::InferenceMode guard;
  auto samples = at::from_blob(const_cast<float*>(wave.data()), {static_cast<std::int64_t>(wave.size())}, at::kFloat);
  samples = at::constant_pad_nd(samples, {window / 2, window / 2 + window});  // windows at the ends see silence outside
  const auto weights = samples_of(taper, window);
  const auto spectra = samples.stft(window, hop, window, weights, false, true, true);
  const auto frames = (static_cast<std::int64_t>(wave.size()) + hop - 1) / hop;
  const double scale = 2.0 / weights.sum().item<double>();
  return (spectra.abs() * scale).square().narrow(1, 0, std::min(frames, spectra.size(1)));
}

}  // namespace gallop::evaluators::sound
