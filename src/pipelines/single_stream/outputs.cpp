#include "pipelines/single_stream/outputs.h"

#include <algorithm>
#include <cmath>

#include "tensor/convert.h"
#include "tensor/resample.h"

namespace gallop::pipelines::single_stream {
namespace {

// Progress of the decode: the frames, then one unit for the sound.
struct Counter {
  const base::RunMonitor& monitor;
  int total, done = 0;
  void advance(std::int64_t frames) {
    done += static_cast<int>(frames);
    monitor.tick(Stage::decode, std::min(done, total), total);
  }
};

at::Tensor to_bytes(const at::Tensor& frames) { return ((frames * 0.5 + 0.5).clamp(0.0, 1.0) * 255.0).to(at::kByte).to(at::kCPU); }

}  // namespace

at::Tensor decode_frames(SingleStreamParts& parts, const at::Tensor& latents, Pixels output, const base::RunMonitor& monitor,
                         const OnFrames& on_frames) {
  const auto height = 16 * latents.size(2), width = 16 * latents.size(3);
  const auto top = (height - output.height) / 2, left = (width - output.width) / 2;
  auto clip = at::empty({4 * (latents.size(1) - 1) + 1, output.height, output.width, 3}, at::kByte);
  Counter counter{monitor, static_cast<int>(clip.size(0)) + 1};
  counter.advance(0);
  std::int64_t done = 0;
  const auto take = [&](const at::Tensor& frames) {
    const auto count = std::min(frames.size(0), clip.size(0) - done);
    clip.narrow(0, done, count).copy_(to_bytes(frames.narrow(0, 0, count).narrow(1, top, output.height).narrow(2, left, output.width)));
    if (on_frames && count > 0) on_frames(done, tensor::to_video(clip.narrow(0, done, count).clone(), kFps));
    done += count;
    counter.advance(count);
  };
  const auto between = [&] { monitor.pulse(); };
  if (parts.turbo_config()) {
    parts.turbo().decode(latents, take, between);
  } else {
    auto& vae = parts.vae();
    (void)vae.decode(vae.denormalized(latents, 0), {}, {.on_frames = take, .between_pieces = between});
  }
  return clip;
}

Audio decode_sound(SingleStreamParts& parts, const at::Tensor& latents, std::int64_t frames, const base::RunMonitor& monitor) {
  const auto wave = parts.audio_vae().decode(latents.t().contiguous(), [&] { monitor.pulse(); });
  const auto resampled = tensor::resample_fourier(wave.to(at::kCPU), wave.size(1) * 441 / 512);
  const auto samples =
      std::min(resampled.size(1), static_cast<std::int64_t>(std::llround(static_cast<double>(frames) * kSampleRate / kFps)));
  const auto interleaved = resampled.narrow(1, 0, samples).clamp(-1.0, 1.0).t().contiguous();
  monitor.tick(Stage::decode, static_cast<int>(frames) + 1, static_cast<int>(frames) + 1);
  const auto* data = interleaved.const_data_ptr<float>();
  return {.samples = std::vector<float>(data, data + interleaved.numel()),
          .channels = static_cast<int>(interleaved.size(1)),
          .sample_rate = kSampleRate};
}

}  // namespace gallop::pipelines::single_stream
