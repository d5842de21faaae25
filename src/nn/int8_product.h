// Products with weights of 8 bits: every output has a step of its own, every row of the other factor gets one when it is
// multiplied, and the sums are whole numbers. On tile units (AMX) several times as fast as float32, with AVX512-VNNI a little faster
// than it; elsewhere it saves memory only. The same bits on all of them. No LibTorch here.
#pragma once

#include <cstdint>

namespace gallop::nn::int8 {

constexpr std::int64_t kOutputStep = 32, kInputStep = 64;  // sides are multiples of these
constexpr std::int64_t kMostInputs = 1 << 17;              // so many products of 127 * 127 stay below 2^31

// weight [outputs, inputs] is about steps[o] * packed: outputs * inputs whole numbers from -127 to 127 in the order of the units,
// steps[o] the largest size of its row over 127.
void pack(const float* weight, std::int64_t outputs, std::int64_t inputs, std::int8_t* packed, float* steps);

// y[row, o] = bias[o] + sum over inputs of x[row, i] weight[o, i], with x rounded to 127 steps of its row's largest size. Rows are
// contiguous, bias may be null. A row's bits depend neither on the other rows nor on the number of threads.
struct Product {
  const float* x;
  std::int64_t rows, inputs;
  const std::int8_t* packed;
  const float* steps;
  std::int64_t outputs;
  const float* bias;
  float* y;
};
enum class Units { plain, vectors, tiles };
Units best_units();
// `units` at most best_units().
void multiply(const Product& product, int threads, Units units = best_units());

}  // namespace gallop::nn::int8
