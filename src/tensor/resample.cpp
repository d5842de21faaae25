#include "tensor/resample.h"

#include "base/check.h"

namespace gallop::tensor {
namespace {

// The whole signal as the one frame of a short-time transform: that is the transform itself. [channels, n / 2 + 1]
at::Tensor spectrum(const at::Tensor& waveform) {
  const auto n = waveform.size(1);
  return waveform.stft(n, n, n, at::ones({n}, waveform.options()), false, true, true).squeeze(-1);
}

at::Tensor waveform_of(const at::Tensor& spectrum, std::int64_t count, const at::TensorOptions& options) {
  return spectrum.unsqueeze(-1).istft(count, count, count, at::ones({count}, options), false, false, true, count, false);
}

}  // namespace

at::Tensor resample_fourier(const at::Tensor& waveform, std::int64_t count) {
  GALLOP_CHECK(waveform.dim() == 2 && waveform.numel() > 0 && count > 0, InvalidArgument,
               "resample: [{}] to {} samples; expected [channels, n] and at least one sample", fmt::join(waveform.sizes(), ", "), count);
  const auto n = waveform.size(1);
  if (n == count) return waveform.to(at::kFloat);
  const auto from = spectrum(waveform.to(at::kFloat));
  const auto shared = std::min(n, count);
  auto to = at::zeros({from.size(0), count / 2 + 1}, from.options());
  to.narrow(1, 0, shared / 2 + 1).copy_(from.narrow(1, 0, shared / 2 + 1));
  // At an even length the last bin stands for two frequencies, of which one side has only one.
  if (shared % 2 == 0) to.select(1, shared / 2).mul_(count < n ? 2.0 : 0.5);
  return waveform_of(to, count, waveform.options().dtype(at::kFloat)) * (static_cast<double>(count) / static_cast<double>(n));
}

}  // namespace gallop::tensor
