#include "models/raft/encoder.h"

#include "nn/instance_norm.h"

namespace gallop::models::raft {
namespace {

// A convolution followed by batch normalisation in inference mode, as one convolution.
nn::Conv2d fold(const nn::Conv2d& conv, const nn::Params& norm, std::int64_t channels) {
  const auto scale = norm("weight", {channels}) / (norm("running_var", {channels}) + 1e-5).sqrt();
  const auto bias = (conv.bias - norm("running_mean", {channels})) * scale + norm("bias", {channels});
  norm("num_batches_tracked", {});
  return nn::Conv2d::of(conv.weight * scale.view({-1, 1, 1, 1}), bias, conv.stride, conv.padding);
}

// The checkpoint stores the norm of a shortcut twice: as `norm3` and as `downsample.1`.
void skip_alias(const nn::Params& norm, std::int64_t channels) {
  for (const char* name : {"weight", "bias", "running_mean", "running_var"}) norm(name, {channels});
  norm("num_batches_tracked", {});
}

}  // namespace

Encoder Encoder::load(const nn::Params& params, bool instance_norm) {
  const auto convolution = [&](const nn::Params& place, const char* name, const char* norm, std::int64_t in, std::int64_t out,
                               nn::Conv2d::Options options) {
    const auto conv = nn::Conv2d::load(place / name, in, out, options);
    return nn::PackedConv2d(instance_norm ? conv : fold(conv, place / norm, out)).pack();
  };
  Encoder encoder{.instance_norm = instance_norm,
                  .first = convolution(params, "conv1", "norm1", 3, 64, nn::Conv2d::square(7, 2)),
                  .last = nn::PackedConv2d::load(params / "conv2", 128, 256, nn::Conv2d::pointwise()),
                  .blocks = {}};
  std::int64_t in = 64;
  for (const std::int64_t out : {64, 96, 128}) {
    for (int i = 0; i < 2; ++i) {
      const auto place = params / (out == 64 ? "layer1" : out == 96 ? "layer2" : "layer3") / i;
      const std::int64_t stride = out != in ? 2 : 1;
      Block block{.conv1 = convolution(place, "conv1", "norm1", in, out, nn::Conv2d::square(3, stride)),
                  .conv2 = convolution(place, "conv2", "norm2", out, out, nn::Conv2d::square(3)),
                  .shortcut = {}};
      if (stride == 2) {
        const auto conv = nn::Conv2d::load(place / "downsample" / 0, in, out, nn::Conv2d::pointwise(2));
        block.shortcut = instance_norm ? conv : fold(conv, place / "norm3", out);
        if (!instance_norm) skip_alias(place / "downsample" / 1, out);
      }
      encoder.blocks.push_back(block);
      in = out;
    }
  }
  return encoder;
}

at::Tensor Encoder::operator()(const at::Tensor& image) const {
  const auto step = [&](const nn::PackedConv2d& conv, const at::Tensor& x) {
    return instance_norm ? nn::instance_norm_relu_(conv(x)) : conv.rectified(x);
  };
  const auto beside = [&](const nn::PackedConv2d& shortcut, const at::Tensor& x) {
    if (!shortcut.defined()) return x;
    return instance_norm ? nn::instance_norm_(shortcut(x)) : shortcut(x);
  };
  auto x = step(first, image.contiguous(at::MemoryFormat::ChannelsLast));
  for (const auto& block : blocks)  // rectified before the addition, too
    x = step(block.conv2, step(block.conv1, x)).add_(beside(block.shortcut, x)).relu_();
  return last(x);
}

}  // namespace gallop::models::raft
