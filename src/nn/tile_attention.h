// Attention on the tile units (nn/tile_product.h): products within 2^-16, sums and exponentials in float32. No LibTorch here.
#pragma once

#include <array>
#include <cstdint>

namespace gallop::nn::tiles {

// y[b, n, h * width + i] = sum over keys of softmax(scale q k^T) v. Rows of q, k and v are contiguous and `width` long, a
// multiple of kStep; `strides` are those of batch, head and token, in values; y is [batch, queries, heads * width].
// The bits of a query's result depend on its own row and on the keys and values, neither on other queries nor on `threads`.
struct Attention {
  struct Operand {
    const float* data;
    std::array<std::int64_t, 3> strides;
  };
  Operand q, k, v;
  std::int64_t batch, heads, queries, keys, width;
  float scale;  // above 0
  float* y;
};
void attend(const Attention& attention, int threads);  // where available()

}  // namespace gallop::nn::tiles
