// Products of float32 matrices on the tile units of newer x86 processors (AMX), which multiply bfloat16 and add in float32.
// Each number is split into two bfloat16 halves, x = hi + lo, of 16 significant bits together; hi hi' + hi lo' + lo hi' is
// within 2^-16 of each product, and the sum is kept in float32. Three tile products are several times as fast as one in
// float32. No LibTorch here.
#pragma once

#include <cstdint>

namespace gallop::nn::tiles {

// Whether this processor and system have the units; asks the system to switch them on, once.
bool available();

constexpr std::int64_t kStep = 32;  // input and output sides are multiples of this

// Halves of weight [outputs, inputs] in the order of the units: outputs * inputs * 2 values, 64-byte aligned.
void pack_weight(const float* weight, std::int64_t outputs, std::int64_t inputs, std::uint16_t* packed);

// y[row, o] = bias[o] + sum over inputs of x[row, i] weight[first + o, i], for `count` outputs from `first` (multiples of kStep).
// x rows are contiguous; y rows `count` long; bias null: zero. A row's bits depend neither on the other rows nor on `threads`.
struct Product {
  const float* x;
  std::int64_t rows, inputs;
  const std::uint16_t* packed;
  std::int64_t first, count;
  const float* bias;
  float* y;
};
void multiply(const Product& product, int threads);

}  // namespace gallop::nn::tiles
