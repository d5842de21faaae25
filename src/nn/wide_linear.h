// A linear layer for many rows at once: the transformers and text encoders of the generators.
#pragma once

#include "nn/layers.h"

namespace gallop::nn {

// y = x W^T + b over the last axis. weight [out, in], bias [out] or undefined. On processors with tile units float32 products of
// many rows run there, in float32's accuracy (nn/float_product.h); everything else is LibTorch's.
struct WideLinear {
  at::Tensor weight, bias;
  at::Tensor steps = {};  // [out] float32 when the weights are held in 8 bits: int8 in the order of nn/int8_product.h

  at::Tensor operator()(const at::Tensor& x) const { return apply(x, {}, false); }
  // GELU (tanh form) of it, in the same pass where that is possible.
  at::Tensor gelu(const at::Tensor& x) const { return apply(x, {}, true); }
  // Written to `out` [..., out], contiguous and of x's type.
  void into(at::Tensor out, const at::Tensor& x) const { apply(x, std::move(out), false); }
  // Whether a weight of these sides can be held in 8 bits.
  static bool fits_8_bits(std::int64_t outputs, std::int64_t inputs);
  // The same layer with 8-bit weights, each output's with a step of its own; itself when its sides or its place do not allow that.
  WideLinear in_8_bits() const;

 private:
  at::Tensor apply(const at::Tensor& x, at::Tensor out, bool gelu) const;
};

}  // namespace gallop::nn
