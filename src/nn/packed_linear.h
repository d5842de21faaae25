// A linear layer kept in the form this processor multiplies fastest.
#pragma once

#include "nn/layers.h"

namespace gallop::nn {

// A Linear until pack() is called. Then, on processors with tile units, float32 weights are held as two bfloat16 halves and
// products are within 2^-16 of float32's (nn/tile_product.h), and a row's result depends on that row alone, bit for bit;
// elsewhere, and in other number types, it stays a Linear.
class PackedLinear {
 public:
  PackedLinear() = default;
  PackedLinear(const at::Tensor& weight, const at::Tensor& bias)  // [out, in]; [out] or undefined
      : plain_{weight, bias}, out_(weight.size(0)), in_(weight.size(1)) {}
  PackedLinear(const Linear& linear) : PackedLinear(linear.weight, linear.bias) {}  // NOLINT: implicit on purpose
  void pack();
  // Of a layer that is not packed: in another type, and memory of a mapped file given back.
  PackedLinear in(at::ScalarType dtype) const;
  void drop_pages() const;
  at::Tensor operator()(const at::Tensor& x) const { return outputs(x, 0, out_); }
  // Only the outputs first .. last - 1; both multiples of 32.
  at::Tensor outputs(const at::Tensor& x, std::int64_t first, std::int64_t last) const;

 private:
  Linear plain_;       // no weight when packed
  at::Tensor packed_;  // 16-bit halves in the order of the tiles
  std::int64_t out_ = 0, in_ = 0;
};

}  // namespace gallop::nn
