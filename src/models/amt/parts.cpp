#include "models/amt/parts.h"

#include <cmath>

#include "models/amt/pixels.h"
#include "nn/instance_norm.h"

namespace gallop::models::amt {
namespace {

at::Tensor leaky(at::Tensor x) { return at::leaky_relu_(x, 0.1); }

// A 1x1 convolution of stride 1 as one product; the library's would copy its input first.
at::Tensor pointwise(const nn::Conv2d& conv, const at::Tensor& x) {
  return at::linear(x.permute({0, 2, 3, 1}), conv.weight.flatten(1), conv.bias).permute({0, 3, 1, 2});
}

}  // namespace

at::Tensor ConvPrelu::operator()(const at::Tensor& x) const { return prelu_(conv(x), slope); }

ConvPrelu ConvPrelu::load(const nn::Params& params, std::int64_t in, std::int64_t out, std::int64_t stride) {
  return {nn::Conv2d::load(params / 0, in, out, nn::Conv2d::square(3, stride)), (params / 1)("weight", {out})};
}

FeatureEncoder FeatureEncoder::load(const nn::Params& params) {
  FeatureEncoder encoder{.first = nn::Conv2d::load(params / "conv1", 3, 32, nn::Conv2d::square(7, 2)),
                         .last = nn::Conv2d::load(params / "conv2", 96, 84, nn::Conv2d::pointwise()),
                         .blocks = {}};
  std::int64_t in = 32;
  for (const std::int64_t out : {32, 64, 96}) {
    for (int i = 0; i < 2; ++i) {
      const auto place = params / (out == 32 ? "layer1" : out == 64 ? "layer2" : "layer3") / i;
      const std::int64_t stride = in != out ? 2 : 1;
      encoder.blocks.push_back(
          {.conv1 = nn::Conv2d::load(place / "conv1", in, out / 4, nn::Conv2d::pointwise()),
           .conv2 = nn::Conv2d::load(place / "conv2", out / 4, out / 4, nn::Conv2d::square(3, stride)),
           .conv3 = nn::Conv2d::load(place / "conv3", out / 4, out, nn::Conv2d::pointwise()),
           .shortcut = stride == 1 ? nn::Conv2d{} : nn::Conv2d::load(place / "downsample" / 0, in, out, nn::Conv2d::pointwise(2))});
      in = out;
    }
  }
  return encoder;
}

at::Tensor FeatureEncoder::operator()(const at::Tensor& image) const {
  auto x = nn::instance_norm_relu_(first(image));
  for (const auto& block : blocks) {
    const auto narrow = nn::instance_norm_relu_(pointwise(block.conv1, x));
    const auto y = nn::instance_norm_relu_(pointwise(block.conv3, nn::instance_norm_relu_(block.conv2(narrow))));
    x = y.add_(block.shortcut.weight.defined() ? nn::instance_norm_(block.shortcut(x)) : x).relu_();
  }
  return pointwise(last, x);
}

ImagePyramid ImagePyramid::load(const nn::Params& params, const std::vector<std::int64_t>& channels) {
  ImagePyramid pyramid;
  std::int64_t in = 3;
  for (std::size_t i = 0; i < channels.size(); ++i) {
    const auto place = params / ("pyramid" + std::to_string(i + 1));
    pyramid.layers.push_back(ConvPrelu::load(place / 0, in, channels[i], 2));
    pyramid.layers.push_back(ConvPrelu::load(place / 1, channels[i], channels[i]));
    in = channels[i];
  }
  return pyramid;
}

std::vector<at::Tensor> ImagePyramid::operator()(const at::Tensor& image) const {
  std::vector<at::Tensor> levels;
  auto x = image;
  for (std::size_t i = 0; i < layers.size(); i += 2) {
    x = layers[i + 1](layers[i](x));
    levels.push_back(x);
  }
  return levels;
}

Decoder Decoder::load(const nn::Params& params, std::int64_t in, std::int64_t width, std::int64_t out, std::int64_t side) {
  const auto place = params / "convblock", residual = place / 1;
  return {.enter = ConvPrelu::load(place / 0, in, width),
          .conv1 = ConvPrelu::load(residual / "conv1", width, width),
          .conv2 = ConvPrelu::load(residual / "conv2", side, side),
          .conv3 = ConvPrelu::load(residual / "conv3", width, width),
          .conv4 = ConvPrelu::load(residual / "conv4", side, side),
          .conv5 = nn::Conv2d::load(residual / "conv5", width, width, nn::Conv2d::square(3)),
          .slope = (residual / "prelu")("weight", {width}),
          .up_weight = (place / 2)("weight", {width, out, 4, 4}).contiguous(at::MemoryFormat::ChannelsLast),
          .up_bias = (place / 2)("bias", {out}),
          .side = side};
}

at::Tensor Decoder::operator()(const at::Tensor& x) const {
  const auto refine_side = [&](const at::Tensor& y, const ConvPrelu& refine) {
    const auto part = y.slice(1, y.size(1) - side);
    prelu_into(part, refine.conv(Joined(side, y).put(part).whole), refine.slope);
  };
  const auto entered = enter(x);
  auto y = conv1(entered);
  refine_side(y, conv2);
  y = conv3(y);
  refine_side(y, conv4);
  return at::conv_transpose2d(prelu_of_sum_(conv5(y), entered, slope), up_weight, up_bias, 2, 1);
}

UpdateBlock UpdateBlock::load(const nn::Params& params, std::int64_t features, std::int64_t scale) {
  constexpr std::int64_t kLookedUp = 392, kHidden = 76;
  const auto conv = [&](const nn::Params& place, std::int64_t in, std::int64_t out, std::int64_t kernel) {
    return nn::Conv2d::load(place, in, out, nn::Conv2d::square(kernel));
  };
  return {.correlation = conv(params / "convc1", kLookedUp, 64, 1),
          .flow1 = conv(params / "convf1", 4, 40, 7),
          .flow2 = conv(params / "convf2", 40, 20, 3),
          .join = conv(params / "conv", 84, 68, 3),
          .gru1 = conv(params / "gru" / 0, 68 + 4 + features, kHidden, 3),
          .gru2 = conv(params / "gru" / 2, kHidden, kHidden, 3),
          .feature1 = conv(params / "feat_head" / 0, kHidden, kHidden, 3),
          .feature2 = conv(params / "feat_head" / 2, kHidden, features, 3),
          .head1 = conv(params / "flow_head" / 0, kHidden, kHidden, 3),
          .head2 = conv(params / "flow_head" / 2, kHidden, 4, 3),
          .scale = scale};
}

UpdateBlock::Residual UpdateBlock::operator()(const at::Tensor& features, const at::Tensor& flows, const at::Tensor& looked_up) const {
  const auto factor = static_cast<double>(scale);
  const auto net = scale == 1 ? features : resize(features, 1.0 / factor);
  const auto seen = leaky(pointwise(correlation, looked_up));
  const auto moved = leaky(flow2(leaky(flow1(flows))));
  const auto joined = leaky(join(at::cat({seen, moved}, 1)));
  const auto hidden = gru2(leaky(gru1(at::cat({joined, flows, net}, 1))));
  const auto more_features = feature2(leaky(feature1(hidden))), more_flow = head2(leaky(head1(hidden)));
  if (scale == 1) return {more_features, more_flow};
  return {resize(more_features, factor), resize(more_flow, factor).mul_(factor)};
}

at::Tensor resize(const at::Tensor& x, double factor) {
  const auto side = [&](std::int64_t n) { return static_cast<std::int64_t>(std::floor(static_cast<double>(n) * factor)); };
  return at::upsample_bilinear2d(x, {side(x.size(2)), side(x.size(3))}, false, factor, factor);
}

}  // namespace gallop::models::amt
