// Spectra of a waveform over time.
#pragma once

#include <vector>

#include "tensor/aten.h"

namespace gallop::evaluators::sound {

// Shapes of a window. Hann is narrow; the side lobes of Blackman-Harris (four terms) lie 92 dB below its main one.
enum class Taper { hann, blackman_harris };

// Power in windows of `window` samples, `hop` apart, the first centred on sample 0: float32 [window / 2 + 1, frames].
// A full-scale sine has a power of 1 in its bin's neighbourhood.
at::Tensor power_spectra(const std::vector<float>& wave, std::int64_t window, std::int64_t hop, Taper taper = Taper::hann);

}  // namespace gallop::evaluators::sound
