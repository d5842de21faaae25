#include "pipelines/single_stream/sampling.h"

#include <algorithm>
#include <cmath>

#include "schedulers/renoising.h"
#include "schedulers/zero_snr.h"

namespace gallop::pipelines::single_stream {
namespace {

using joint::LatentKind;
using joint::Latents;

constexpr double kSwitch = 500.0;  // timestep
constexpr std::int64_t kCarefulFrames = 13;
constexpr std::size_t kMixLevel = 220;
constexpr double kSoundNoise = 0.7;
constexpr std::int64_t kWaveRate = 51200, kHop = 2048, kPieceSeconds = 29;

}  // namespace

Latents first_noise(const StageSize& size, std::int64_t video_channels, std::int64_t audio_channels, tensor::NoiseStream& noise,
                    const at::Tensor& sound) {
  Latents latents;
  latents.audio = sound.defined() ? sound : noise.normal({size.audio, audio_channels});
  latents.video = noise.normal({video_channels, size.frames, size.height, size.width});
  return latents;
}

joint::GuidanceRule base_guidance(double high, double low) {
  return [=](LatentKind kind, double timestep, std::int64_t) { return kind == LatentKind::audio || timestep > kSwitch ? high : low; };
}

joint::GuidanceRule refiner_guidance(double scale) {
  return [=](LatentKind kind, double, std::int64_t frame) {
    return kind == LatentKind::video && frame < kCarefulFrames ? std::min(2.0, scale) : scale;
  };
}

joint::StagePlan base_plan(int steps, double shift, bool distilled) {
  return {.grid = schedulers::single_shift_grid(steps, shift), .renoise = distilled};
}

joint::StagePlan refiner_plan(int steps, double shift) { return {.grid = schedulers::single_shift_grid(steps, shift), .hold_audio = true}; }

Latents refiner_start(const Latents& base, std::int64_t height, std::int64_t width, tensor::NoiseStream& noise) {
  // The number of frames stays, so the interpolation over time is none.
  const auto frames = base.video.transpose(0, 1).contiguous();  // [T, C, h, w]
  const auto large = at::upsample_bilinear2d(frames, {height, width}, true).transpose(0, 1).contiguous();
  const double signal = schedulers::zero_snr_signal()[kMixLevel];
  Latents start;
  start.video = signal * large + std::sqrt(1.0 - signal * signal) * noise.normal(large.sizes()).to(large.device());
  if (base.audio.defined())
    start.audio = kSoundNoise * noise.normal(base.audio.sizes()).to(base.audio.device()) + (1.0 - kSoundNoise) * base.audio;
  return start;
}

at::Tensor driving_latents(const at::Tensor& waveform, const std::function<at::Tensor(const at::Tensor&)>& encode) {
  const auto total = waveform.size(1) / kHop;
  const auto piece = kPieceSeconds * kWaveRate / kHop, step = piece / 2;
  if (total <= piece) return encode(waveform);
  at::Tensor sum;
  auto weights = at::zeros({total}, at::kFloat);
  for (std::int64_t first = 0;; first += step) {
    const auto count = std::min(piece, total - first);
    const bool last = first + count == total;
    const auto latents = encode(waveform.narrow(1, first * kHop, count * kHop));
    if (!sum.defined()) sum = at::zeros({latents.size(0), total}, latents.options());
    auto fade = at::ones({count}, at::kFloat);
    const auto shared = std::min(step, count);
    const auto ramp = (at::arange(shared, at::TensorOptions().dtype(at::kFloat)) + 0.5) / static_cast<double>(shared);
    if (first > 0) fade.narrow(0, 0, shared).copy_(ramp);
    if (!last)
      fade.narrow(0, count - step, step)
          .copy_(1.0 - (at::arange(step, at::TensorOptions().dtype(at::kFloat)) + 0.5) / static_cast<double>(step));
    sum.narrow(1, first, count).add_(latents * fade.to(latents.device()));
    weights.narrow(0, first, count).add_(fade);
    if (last) break;
  }
  return sum / weights.to(sum.device());
}

}  // namespace gallop::pipelines::single_stream
