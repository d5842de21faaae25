#include "models/cotracker/feature_net.h"

#include "nn/instance_norm.h"

namespace gallop::models::cotracker {

FeatureNet FeatureNet::load(const TrackerConfig& config, const nn::Params& params) {
  const auto c = config.channels;
  FeatureNet net{.config = config,
                 .first = nn::Conv2d::load(params / "conv1", 3, c / 2, nn::Conv2d::square(7, 2)),
                 .mix = nn::Conv2d::load(params / "conv2", 3 * c + c / 4, 2 * c, nn::Conv2d::square(3)),
                 .last = nn::Conv2d::load(params / "conv3", 2 * c, c, nn::Conv2d::pointwise()),
                 .stages = {}};
  std::int64_t in = c / 2, number = 1;
  for (const auto out : {c / 2, c / 4 * 3, c, c}) {
    std::vector<Block> blocks;
    for (std::int64_t i = 0; i < 2; ++i) {
      const auto place = params / ("layer" + std::to_string(number)) / i;
      const std::int64_t stride = number > 1 && i == 0 ? 2 : 1;
      blocks.push_back(
          {.conv1 = nn::Conv2d::load(place / "conv1", in, out, nn::Conv2d::square(3, stride)),
           .conv2 = nn::Conv2d::load(place / "conv2", out, out, nn::Conv2d::square(3)),
           .shortcut = stride == 2 ? nn::Conv2d::load(place / "downsample" / 0, in, out, nn::Conv2d::pointwise(2)) : nn::Conv2d{}});
      in = out;
    }
    net.stages.push_back(std::move(blocks));
    ++number;
  }
  return net;
}

at::Tensor FeatureNet::Block::operator()(const at::Tensor& x) const {
  auto y = nn::instance_norm_relu_(conv1(x));
  y = nn::instance_norm_relu_(conv2(y));
  return y.add_(shortcut.weight.defined() ? nn::instance_norm_(shortcut(x)) : x).relu_();
}

at::Tensor FeatureNet::operator()(const at::Tensor& picture) const {
  const auto height = picture.size(2) / config.stride, width = picture.size(3) / config.stride;
  auto x = nn::instance_norm_relu_(first(picture.contiguous(at::MemoryFormat::ChannelsLast)));
  std::vector<at::Tensor> scales;
  for (const auto& blocks : stages) {
    for (const auto& block : blocks) x = block(x);
    scales.push_back(at::upsample_bilinear2d(x, {height, width}, true));
  }
  return last(nn::instance_norm_relu_(mix(at::cat(scales, 1))));
}

}  // namespace gallop::models::cotracker
