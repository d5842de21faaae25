#include "pipelines/wan/preview.h"

#include "pipelines/wan/decode.h"
#include "tensor/convert.h"
#include "tensor/noise.h"

namespace gallop::pipelines::wan {
namespace {

// [n, z + 1]: rows of channels with a one behind.
at::Tensor rows_of(const at::Tensor& latents) {
  const auto rows = latents.flatten(1).t().contiguous();
  return at::cat({rows, at::ones({rows.size(0), 1}, at::kFloat)}, 1);
}

}  // namespace

void Previewer::fit(WanParts& parts) {
  const auto& config = parts.vae_config();
  // Four samples an unknown are plenty for a rough picture.
  std::int64_t side = 8;
  while (side * side < 4 * (config.z_dim + 1)) ++side;
  const auto noise = tensor::seeded_normal({config.z_dim, 1, side, side}, 0);
  auto& vae = parts.vae();
  const auto frame = vae.decode(vae.denormalized(noise.to(parts.device()), 0)).to(at::kCPU);  // [3, 1, H, W]
  const auto colours =
      at::avg_pool2d(frame.squeeze(1).unsqueeze(0), {config.spatial, config.spatial}).flatten(2).squeeze(0).t().to(at::kDouble);
  const auto rows = rows_of(noise).to(at::kDouble);
  // Ridge: noise is well spread, the small term only guards against dead channels.
  auto normal = at::matmul(rows.t(), rows);
  normal.diagonal().add_(1e-3);
  map_ = at::matmul(normal.inverse(), at::matmul(rows.t(), colours)).to(at::kFloat);
}

Video Previewer::show(WanParts& parts, const at::Tensor& latents, double fps) {
  const c10::InferenceMode guard;
  if (!map_.defined()) fit(parts);
  const auto host = latents.to(at::kCPU, at::kFloat);
  const auto colours = at::matmul(rows_of(host), map_).view({host.size(1), host.size(2), host.size(3), 3});
  return tensor::to_video(to_bytes(colours.clamp(-1.0, 1.0)), fps);
}

}  // namespace gallop::pipelines::wan
