// Products of float32 matrices in float32's own accuracy on the tile units of newer x86 processors (AMX), which multiply bfloat16
// and add in float32. Each number is the sum of three bfloat16 parts without a rest; of their nine products the three smallest,
// below 2^-26 of the whole, are left out. Six tile products are still quicker than one in float32. No LibTorch here.
#pragma once

#include <cstdint>

namespace gallop::nn::tiles {

// y[row, o] = bias[o] + sum over inputs of x[row, i] weight[o, i], rows contiguous; then GELU (tanh form) when `gelu`.
// `inputs` and `outputs` are multiples of kStep (nn/tile_product.h), bias may be null, y is neither x nor weight. A row's bits
// depend neither on the other rows nor on the number of threads. Not for numbers above 3e38: their parts overflow.
struct FloatProduct {
  const float* x;
  std::int64_t rows, inputs;
  const float* weight;
  std::int64_t outputs;
  const float* bias;
  float* y;
  bool gelu;
};
// Only where available() (nn/tile_product.h). Scratch memory: at most 26 MB, and 1 MB a thread.
void multiply(const FloatProduct& product, int threads);

}  // namespace gallop::nn::tiles
