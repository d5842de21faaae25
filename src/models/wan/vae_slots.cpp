// Structure, names and shapes of the VAE (wan.md 1.10, 4.2 to 4.4).
#include "base/check.h"
#include "models/wan/vae.h"

namespace gallop::models::wan {
namespace {

// The widths of the encoder's stages, with the one before the first in front.
std::vector<std::int64_t> encoder_widths(const WanVaeConfig& config) {
  std::vector<std::int64_t> widths{config.base_dim};
  for (const auto factor : config.dim_mult) widths.push_back(config.base_dim * factor);
  return widths;
}
std::vector<std::int64_t> decoder_widths(const WanVaeConfig& config) {
  std::vector<std::int64_t> widths{config.decoder_base_dim * config.dim_mult.back()};
  for (auto factor = config.dim_mult.rbegin(); factor != config.dim_mult.rend(); ++factor)
    widths.push_back(config.decoder_base_dim * *factor);
  return widths;
}

class Walk {
 public:
  explicit Walk(const ConvVisitor& visitor) : visitor_(visitor) {}
  void conv(const std::string& name, std::int64_t out, std::int64_t in, std::vector<std::int64_t> kernel, Conv& value) const {
    kernel.insert(kernel.begin(), {out, in});
    visitor_(name + ".weight", kernel, value.weight);
    visitor_(name + ".bias", {out}, value.bias);
  }
  void gamma(const std::string& name, std::int64_t width, bool frames, at::Tensor& value) const {
    visitor_(name + ".gamma", frames ? std::vector<std::int64_t>{width, 1, 1, 1} : std::vector<std::int64_t>{width, 1, 1}, value);
  }
  void res(const std::string& name, std::int64_t in, std::int64_t out, ResBlock& block) const {
    gamma(name + ".norm1", in, true, block.norm1);
    conv(name + ".conv1", out, in, {3, 3, 3}, block.conv1);
    gamma(name + ".norm2", out, true, block.norm2);
    conv(name + ".conv2", out, out, {3, 3, 3}, block.conv2);
    if (in != out) conv(name + ".conv_shortcut", out, in, {1, 1, 1}, block.shortcut);
  }
  void mid(const std::string& name, std::int64_t width, MidBlock& block) const {
    res(name + ".resnets.0", width, width, block.first);
    gamma(name + ".attentions.0.norm", width, false, block.attention.norm);
    conv(name + ".attentions.0.to_qkv", 3 * width, width, {1, 1}, block.attention.qkv);
    conv(name + ".attentions.0.proj", width, width, {1, 1}, block.attention.project);
    res(name + ".resnets.1", width, width, block.second);
  }
  void resample(const std::string& name, std::int64_t width, std::int64_t up_width, Resampler& resampler) const {
    const bool up = resampler.mode == Resample::up2d || resampler.mode == Resample::up3d;
    conv(name + ".resample.1", up ? up_width : width, width, {3, 3}, resampler.spatial);
    if (resampler.mode == Resample::up3d) conv(name + ".time_conv", 2 * width, width, {3, 1, 1}, resampler.temporal);
    if (resampler.mode == Resample::down3d) conv(name + ".time_conv", width, width, {3, 1, 1}, resampler.temporal);
  }

 private:
  const ConvVisitor& visitor_;
};

void visit_encoder(VaeHalf& half, const WanVaeConfig& config, const Walk& walk) {
  const auto widths = encoder_widths(config);
  walk.conv("encoder.conv_in", widths[0], config.in_channels, {3, 3, 3}, half.conv_in);
  int flat = 0;
  for (std::size_t s = 0; s < half.stages.size(); ++s) {
    auto& stage = half.stages[s];
    auto in = widths[s];
    for (std::size_t b = 0; b < stage.blocks.size(); ++b) {
      const auto name =
          config.residual ? fmt::format("encoder.down_blocks.{}.resnets.{}", s, b) : fmt::format("encoder.down_blocks.{}", flat++);
      walk.res(name, in, widths[s + 1], stage.blocks[b]);
      in = widths[s + 1];
    }
    if (stage.resampler.mode != Resample::none)
      walk.resample(config.residual ? fmt::format("encoder.down_blocks.{}.downsampler", s) : fmt::format("encoder.down_blocks.{}", flat++),
                    widths[s + 1], 0, stage.resampler);
  }
  walk.mid("encoder.mid_block", widths.back(), half.mid);
  walk.gamma("encoder.norm_out", widths.back(), true, half.norm_out);
  walk.conv("encoder.conv_out", 2 * config.z_dim, widths.back(), {3, 3, 3}, half.conv_out);
}

void visit_decoder(VaeHalf& half, const WanVaeConfig& config, const Walk& walk) {
  const auto widths = decoder_widths(config);
  walk.conv("decoder.conv_in", widths[0], config.z_dim, {3, 3, 3}, half.conv_in);
  walk.mid("decoder.mid_block", widths[0], half.mid);
  for (std::size_t s = 0; s < half.stages.size(); ++s) {
    auto& stage = half.stages[s];
    auto in = s > 0 && !config.residual ? widths[s] / 2 : widths[s];
    const auto out = widths[s + 1];
    for (std::size_t b = 0; b < stage.blocks.size(); ++b) {
      walk.res(fmt::format("decoder.up_blocks.{}.resnets.{}", s, b), in, out, stage.blocks[b]);
      in = out;
    }
    if (stage.resampler.mode != Resample::none)
      walk.resample(fmt::format("decoder.up_blocks.{}.{}", s, config.residual ? "upsampler" : "upsamplers.0"), out,
                    config.residual ? out : out / 2, stage.resampler);
  }
  walk.gamma("decoder.norm_out", widths.back(), true, half.norm_out);
  walk.conv("decoder.conv_out", config.out_channels, widths.back(), {3, 3, 3}, half.conv_out);
}

}  // namespace

VaeWeights shape_vae(const WanVaeConfig& config) {
  VaeWeights vae;
  const auto count = config.dim_mult.size();
  const auto down = encoder_widths(config), up = decoder_widths(config);
  vae.encoder.stages.resize(count);
  vae.decoder.stages.resize(count);
  for (std::size_t s = 0; s < count; ++s) {
    const bool last = s + 1 == count;
    auto& encoder = vae.encoder.stages[s];
    encoder.blocks.resize(static_cast<std::size_t>(config.res_blocks));
    const bool halves = !last && config.temporal_downsample[s];
    if (!last) encoder.resampler.mode = halves ? Resample::down3d : Resample::down2d;
    auto& decoder = vae.decoder.stages[s];
    decoder.blocks.resize(static_cast<std::size_t>(config.res_blocks) + 1);
    const bool doubles = !last && config.temporal_downsample[count - 2 - s];
    if (!last) decoder.resampler.mode = doubles ? Resample::up3d : Resample::up2d;
    if (!config.residual) continue;
    encoder.shortcut_in = down[s];
    encoder.shortcut_out = down[s + 1];
    encoder.shortcut_time = halves ? 2 : 1;
    encoder.shortcut_space = last ? 1 : 2;
    if (last) continue;
    decoder.shortcut_in = up[s];
    decoder.shortcut_out = up[s + 1];
    decoder.shortcut_time = doubles ? 2 : 1;
    decoder.shortcut_space = 2;
  }
  return vae;
}

void visit(VaeWeights& vae, const WanVaeConfig& config, const ConvVisitor& visitor) {
  const Walk walk(visitor);
  visit_encoder(vae.encoder, config, walk);
  walk.conv("quant_conv", 2 * config.z_dim, 2 * config.z_dim, {1, 1, 1}, vae.quant);
  walk.conv("post_quant_conv", config.z_dim, config.z_dim, {1, 1, 1}, vae.post_quant);
  visit_decoder(vae.decoder, config, walk);
}

VaeWeights take_vae(weights::WeightMap& weights, const WanVaeConfig& config) {
  auto vae = shape_vae(config);
  visit(vae, config,
        [&](const std::string& name, const std::vector<std::int64_t>& shape, at::Tensor& value) { value = weights.take(name, shape); });
  return vae;
}

}  // namespace gallop::models::wan
