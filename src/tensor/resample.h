// Resampling of waveforms through the Fourier transform.
#pragma once

#include "tensor/aten.h"

namespace gallop::tensor {

// float32 [channels, n] to `count` samples of the same duration, the spectrum cut or filled with zeros: exact for periodic
// signals below both Nyquist limits, the values of scipy.signal.resample. InvalidArgument: nothing in, or nothing out.
at::Tensor resample_fourier(const at::Tensor& waveform, std::int64_t count);

}  // namespace gallop::tensor
