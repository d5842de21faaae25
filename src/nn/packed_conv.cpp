#include "nn/packed_conv.h"

#include "base/check.h"
#include "nn/tile_convolution.h"
#include "nn/tile_product.h"
#include "tensor/record.h"

namespace gallop::nn {
namespace {

std::int64_t padded(std::int64_t count) { return (count + tiles::kStep - 1) / tiles::kStep * tiles::kStep; }

bool fits_tiles(const Conv2d& conv) {
  const auto& weight = conv.weight;
  if (!weight.is_cpu() || weight.scalar_type() != at::kFloat || conv.stride != 1 || !tiles::available()) return false;
  const auto out = weight.size(0), in = weight.size(1), height = weight.size(2), width = weight.size(3);
  const bool keeps_size = height % 2 == 1 && width % 2 == 1 && conv.padding[0] == height / 2 && conv.padding[1] == width / 2;
  // Channels are filled up with zeros; beyond this much of them the work is better done in float32.
  return keeps_size && padded(in) * padded(out) <= 2 * in * out;
}

}  // namespace

PackedConv2d& PackedConv2d::pack() {
  if (packed_.defined() || !plain_.weight.defined() || !fits_tiles(plain_)) return *this;
  const auto& weight = plain_.weight;
  std::copy_n(weight.sizes().begin(), 4, shape_.begin());
  const auto out = padded(shape_[0]), in = padded(shape_[1]);
  auto wide = at::zeros({out, shape_[2], shape_[3], in}, at::kFloat);
  wide.slice(0, 0, shape_[0]).slice(3, 0, shape_[1]).copy_(weight.permute({0, 2, 3, 1}));
  packed_ = at::empty({out, shape_[2], shape_[3], in, 2}, at::kBFloat16);
  tiles::pack_weight(wide.const_data_ptr<float>(), out, shape_[2] * shape_[3] * in,
                     static_cast<std::uint16_t*>(packed_.mutable_data_ptr()));
  plain_.weight = at::Tensor();
  if (plain_.bias.defined()) plain_.bias = plain_.bias.contiguous();
  return *this;
}

at::Tensor PackedConv2d::apply(const at::Tensor& x, bool rectified) const {
  if (!packed_.defined()) return rectified ? plain_(x).relu_() : plain_(x);
  GALLOP_ASSERT(x.dim() == 4 && x.size(1) == shape_[1] && x.scalar_type() == at::kFloat);
  GALLOP_RECORD("gallop::convolution", x, packed_, shape_[0]);
  const auto input = x.permute({0, 2, 3, 1}).contiguous();
  auto y = at::empty({input.size(0), input.size(1), input.size(2), shape_[0]}, input.options());
  // Where no pixel sees another, the images are one tall one.
  const auto images = shape_[2] * shape_[3] == 1 ? 1 : input.size(0);
  const auto height = input.size(0) / images * input.size(1), width = input.size(2);
  for (std::int64_t image = 0; image < images; ++image)
    tiles::convolve({.x = input.const_data_ptr<float>() + image * height * width * shape_[1],
                     .height = height,
                     .width = width,
                     .channels = shape_[1],
                     .kernel_height = shape_[2],
                     .kernel_width = shape_[3],
                     .packed = static_cast<const std::uint16_t*>(packed_.const_data_ptr()),
                     .outputs = shape_[0],
                     .bias = plain_.bias.defined() ? plain_.bias.const_data_ptr<float>() : nullptr,
                     .rectified = rectified,
                     .y = y.mutable_data_ptr<float>() + image * height * width * shape_[0]},
                    at::get_num_threads());
  return y.permute({0, 3, 1, 2});
}

}  // namespace gallop::nn
