// Reproducible weights by element number, independent of names: the rule of single_stream.md 5.2.
#pragma once

#include <cstdint>

#include "tensor/aten.h"

namespace gallop::test {

// Element i of tensor k: a hash of both as a number in [-amp, amp), computed in double, stored as float32.
inline at::Tensor hashed(std::uint32_t k, at::IntArrayRef shape, double amp) {
  auto values = at::empty(shape, at::kFloat);
  auto* data = values.data_ptr<float>();
  for (std::int64_t i = 0; i < values.numel(); ++i) {
    std::uint32_t u = static_cast<std::uint32_t>(i) * 2654435761U + k * 40503U + 12345U;
    u ^= u >> 16;
    u *= 2246822519U;
    u ^= u >> 13;
    u *= 3266489917U;
    u ^= u >> 16;
    data[i] = static_cast<float>((static_cast<double>(u) / 4294967296.0 - 0.5) * 2.0 * amp);
  }
  return values;
}

}  // namespace gallop::test
