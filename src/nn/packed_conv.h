// A convolution kept in the form this processor multiplies fastest.
#pragma once

#include "nn/layers.h"

namespace gallop::nn {

// A Conv2d until pack() is called. Then, on processors with tile units, float32 convolutions that keep the picture's size are
// products of bfloat16 halves within 2^-16 of float32's (nn/tile_product.h), and an image's result depends on that image alone,
// bit for bit; elsewhere, in other number types and for other shapes it stays a Conv2d.
class PackedConv2d {
 public:
  PackedConv2d() = default;
  PackedConv2d(const Conv2d& conv) : plain_(conv) {}  // NOLINT: implicit on purpose
  static PackedConv2d load(const Params& params, std::int64_t in, std::int64_t out, const Conv2d::Options& options) {
    return PackedConv2d(Conv2d::load(params, in, out, options)).pack();
  }
  PackedConv2d& pack();
  at::Tensor operator()(const at::Tensor& x) const { return apply(x, false); }
  // Negative values become zero.
  at::Tensor rectified(const at::Tensor& x) const { return apply(x, true); }
  bool defined() const { return plain_.weight.defined() || packed_.defined(); }
  at::Device device() const { return (packed_.defined() ? packed_ : plain_.weight).device(); }

 private:
  at::Tensor apply(const at::Tensor& x, bool rectified) const;

  Conv2d plain_;       // no weight when packed
  at::Tensor packed_;  // 16-bit halves [outputs, kernel height, kernel width, inputs, 2] in the order of the tiles, padded
  std::array<std::int64_t, 4> shape_ = {};  // of the weight
};

}  // namespace gallop::nn
