#include "models/grit/pyramid.h"

namespace gallop::models::grit {

at::Tensor Pyramid::Lateral::operator()(const at::Tensor& map) const {
  const auto channel_norm = [](const nn::LayerNorm& norm, const at::Tensor& x) {
    return norm(x.permute({0, 2, 3, 1}).contiguous()).permute({0, 3, 1, 2});
  };
  return channel_norm(smoothed, smooth(channel_norm(reduced, reduce(map))));
}

Pyramid Pyramid::load(const GritConfig& config, const nn::Params& params) {
  constexpr nn::Conv2d::Options kReduce{.kernel = {1, 1}, .stride = 1, .padding = {0, 0}, .bias = false};
  const auto c = config.channels;
  Pyramid pyramid{.upsample = params("fpn_stride_16_8.weight", {config.width, config.width, 2, 2}), .laterals = {}, .p6 = {}, .p7 = {}};
  for (std::size_t level = 0; level < pyramid.laterals.size(); ++level) {
    const auto stem = "fpn_stride" + std::to_string(kStrides[level]) + "_";
    pyramid.laterals[level] = {.reduce = nn::Conv2d::load(params / (stem + "conv1"), config.width, c, kReduce),
                               .smooth = nn::Conv2d::load(params / (stem + "conv2"), c, c, nn::Conv2d::square(3, 1, false)),
                               .reduced = nn::LayerNorm::load(params / (stem + "norm1"), c, 1e-5),
                               .smoothed = nn::LayerNorm::load(params / (stem + "norm2"), c, 1e-5)};
  }
  pyramid.p6 = nn::Conv2d::load(params / "top_block" / "p6", c, c, nn::Conv2d::square(3, 2));
  pyramid.p7 = nn::Conv2d::load(params / "top_block" / "p7", c, c, nn::Conv2d::square(3, 2));
  return pyramid;
}

Pyramid::Levels Pyramid::operator()(const at::Tensor& map) const {
  const auto p3 = laterals[0](at::conv_transpose2d(map, upsample, {}, 2));
  const auto p4 = laterals[1](map);
  const auto p5 = laterals[2](at::max_pool2d(map, 2, 2));
  const auto sixth = p6(p5);
  return {p3, p4, p5, sixth, p7(sixth.relu())};
}

}  // namespace gallop::models::grit
