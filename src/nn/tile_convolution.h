// Convolutions on the tile units (nn/tile_product.h): products within 2^-16, sums in float32. No LibTorch here.
#pragma once

#include <cstdint>

namespace gallop::nn::tiles {

// Stride 1, odd kernel, as many zeros around as keep the size: x [height, width, channels] -> y [height, width, outputs], both
// contiguous. A pixel's bits depend neither on `threads` nor on pixels outside its window.
struct Convolution {
  const float* x;
  std::int64_t height, width, channels;
  std::int64_t kernel_height, kernel_width;
  // pack_weight of [outputs, kernel_height, kernel_width, channels], the first and the last padded to multiples of kStep.
  const std::uint16_t* packed;
  std::int64_t outputs;
  const float* bias;  // null: zero
  bool rectified;     // negative sums become zero
  float* y;
};
void convolve(const Convolution& convolution, int threads);  // where available()

}  // namespace gallop::nn::tiles
