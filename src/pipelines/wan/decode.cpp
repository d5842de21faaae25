#include "pipelines/wan/decode.h"

#include <fmt/ranges.h>

#include "base/check.h"
#include "tensor/convert.h"

namespace gallop::pipelines::wan {

at::Tensor to_bytes(const at::Tensor& frames) { return frames.to(at::kCPU).mul(0.5).add(0.5).clamp(0.0, 1.0).mul(255.0).to(at::kByte); }

Video decode_latents(WanParts& parts, const at::Tensor& latents, double fps, const models::wan::DecodePlan& plan,
                     const base::RunMonitor& monitor, const std::function<void(std::int64_t, const Video&)>& on_frames) {
  const c10::InferenceMode guard;
  const auto& config = parts.vae_config();
  GALLOP_CHECK(latents.dim() == 4 && latents.size(0) == config.z_dim && latents.numel() > 0, InvalidArgument,
               "decode.latents: [{}], expected [{}, t, h, w]", fmt::join(latents.sizes(), ", "), config.z_dim);
  const auto count = config.temporal * (latents.size(1) - 1) + 1;
  auto frames = at::empty({count, latents.size(2) * config.spatial, latents.size(3) * config.spatial, 3}, at::kByte);
  std::int64_t done = 0;
  const auto total = static_cast<int>(count);
  monitor.tick(Stage::decode, 0, total);
  models::wan::VaeHooks hooks;
  hooks.between_pieces = [&] { monitor.pulse(); };
  hooks.on_frames = [&](const at::Tensor& part) {
    auto target = frames.narrow(0, done, part.size(0));
    target.copy_(to_bytes(part));
    if (on_frames) on_frames(done, tensor::to_video(target, fps));
    done += part.size(0);
    monitor.tick(Stage::decode, static_cast<int>(done), total);
  };
  auto& vae = parts.vae();
  vae.decode(vae.denormalized(latents.to(parts.device(), at::kFloat), 0), plan, hooks);
  return tensor::to_video(frames, fps);
}

}  // namespace gallop::pipelines::wan
