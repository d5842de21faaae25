// The inner product of 8-bit panels, one form for each kind of unit.
#pragma once

#include <cstdint>

#include "nn/int8_product.h"

namespace gallop::nn::int8 {

constexpr std::int64_t kTile = 16 * 64;  // bytes: 64 inputs of 16 rows or outputs
using Sums = std::int32_t[32][32];       // row, output

bool vectors_available();

// Sets the units up for the thread, and releases them.
class Session {
 public:
  explicit Session(Units units);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

 private:
  Units units_;
};

// sums = 32 rows times 32 outputs over `steps` steps of 64 inputs; panels as in int8_product.cpp, 64-byte aligned or not.
void multiply_panels(Units units, const std::int8_t* rows, const std::int8_t* outputs, std::int64_t steps, Sums& sums);

}  // namespace gallop::nn::int8
