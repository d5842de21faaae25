#include "models/turbo_decoder/decoder.h"

#include "base/check.h"
#include "models/wan/vae_layers.h"

namespace gallop::models::turbo_decoder {
namespace {

constexpr double kEps = 1e-8;

// x [T, H, W, C]; x / sqrt(mean of squares over channels + eps), the mean in float32.
at::Tensor normed(const at::Tensor& x, double eps) {
  const auto mean = x.to(at::kFloat).square().mean(-1, true);
  return (x * (mean + eps).rsqrt()).to(x.scalar_type());
}

// Padded in time by repeating the border frames, in space by zeros.
at::Tensor convolved(const TurboConv& conv, const at::Tensor& x) {
  const auto& kernel = conv.weight;
  if (kernel.dim() == 4) return wan::convolve({conv.weight, conv.bias}, x, {1, 1}, {1, 1});
  if (kernel.size(2) == 1) return wan::pointwise({conv.weight, conv.bias}, x);
  const auto padded = at::cat({x.narrow(0, 0, 1), x, x.narrow(0, x.size(0) - 1, 1)});
  return wan::convolve({conv.weight, conv.bias}, padded, {1, 1, 1}, {0, kernel.size(3) / 2, kernel.size(4) / 2});
}

at::Tensor run(const TurboBlock& block, const at::Tensor& x, double shortcut_eps) {
  const auto first = normed(x, kEps);
  const auto y = convolved(block.conv1, block.relu ? first.relu() : at::silu(first));
  const auto z = convolved(block.conv2, at::silu(normed(y, kEps)));
  return z + (block.shortcut.weight.defined() ? convolved(block.shortcut, normed(x, shortcut_eps)) : x);
}

// Each frame becomes two, the first half of the channels in front.
at::Tensor doubled(const TurboConv& conv, const at::Tensor& x, bool first) {
  const auto y = convolved(conv, x);
  const auto s = x.sizes().vec();
  const auto frames = y.view({s[0], s[1], s[2], 2, s[3]}).permute({0, 3, 1, 2, 4}).reshape({2 * s[0], s[1], s[2], s[3]});
  return first ? frames.narrow(0, 1, frames.size(0) - 1) : frames;
}

at::Tensor enlarged(const TurboConv& conv, const at::Tensor& x) {
  const auto s = x.sizes().vec();
  return convolved(conv, x.unsqueeze(2).unsqueeze(4).expand({s[0], s[1], 2, s[2], 2, s[3]}).reshape({s[0], 2 * s[1], 2 * s[2], s[3]}));
}

}  // namespace

TurboDecoder TurboDecoder::load(const TurboConfig& config, weights::WeightMap& weights, at::ScalarType dtype, at::Device device) {
  const c10::InferenceMode guard;
  TurboDecoder decoder;
  decoder.config_ = config;
  decoder.dtype_ = dtype;
  decoder.weights_ = shape_turbo(config);
  visit(decoder.weights_, config, [&](const std::string& name, const std::vector<std::int64_t>& shape, at::Tensor& value) {
    value = weights.take(name, shape).to(device, dtype);
    if (value.dim() == 5) value = value.contiguous(at::MemoryFormat::ChannelsLast3d);
    if (value.dim() == 4) value = value.contiguous(at::MemoryFormat::ChannelsLast);
  });
  const auto column = [&](const std::vector<double>& values) {
    return at::tensor(values, at::kDouble).to(device, at::kFloat).view({-1, 1, 1, 1});
  };
  decoder.mean_ = column(config.latents_mean);
  decoder.inverse_std_ = column(config.latents_std).reciprocal();
  return decoder;
}

at::Tensor TurboDecoder::decode_window(const at::Tensor& latents, bool first, const std::function<void()>& between) const {
  const auto pause = [&] {
    if (between) between();
  };
  auto x = convolved(weights_.in, latents);
  for (const auto& block : weights_.middle) x = run(block, x, config_.shortcut_eps);
  for (const auto& stage : weights_.stages) {
    pause();
    if (stage.entry.conv1.weight.defined()) x = run(stage.entry, x, config_.shortcut_eps);
    if (stage.time.weight.defined()) x = doubled(stage.time, x, first);
    if (stage.picture.weight.defined()) x = enlarged(stage.picture, x);
    for (const auto& block : stage.blocks) {
      pause();
      x = run(block, x, config_.shortcut_eps);
    }
  }
  return wan::unpatchify(convolved(weights_.out, at::silu(normed(x, kEps))), config_.patch);
}

void TurboDecoder::decode(const at::Tensor& latents, const std::function<void(const at::Tensor& frames)>& on_frames,
                          const std::function<void()>& between) const {
  GALLOP_CHECK(latents.dim() == 4 && latents.size(0) == config_.latent && latents.numel() > 0, InvalidArgument,
               "turbo decoder: latents [{}], expected [{}, T, h, w]", fmt::join(latents.sizes(), ", "), config_.latent);
  const c10::InferenceMode guard;
  // Rounded to the compute type before and behind the float32 arithmetic, as published.
  const auto z = (latents.to(mean_.device(), dtype_).to(at::kFloat) / inverse_std_ + mean_)
                     .to(dtype_)
                     .permute({1, 2, 3, 0})
                     .contiguous();  // [T, h, w, C]
  const auto plan = plan_windows(config_, z.size(0));
  const auto padded = plan.padding == 0 ? z : at::cat({z, z.narrow(0, z.size(0) - 1, 1).expand({plan.padding, -1, -1, -1})});
  const auto total = config_.frames_per_latent() * (z.size(0) - 1) + 1;
  std::int64_t done = 0;
  for (std::size_t i = 0; i < plan.windows.size() && done < total; ++i) {
    const auto& window = plan.windows[i];
    const auto frames = decode_window(padded.narrow(0, window.first, window.count), i == 0, between);
    const auto kept = std::min(frames.size(0) - window.drop_front - window.drop_back, total - done);
    on_frames(frames.narrow(0, window.drop_front, kept).to(at::kFloat));
    done += kept;
  }
}

}  // namespace gallop::models::turbo_decoder
