// Seeded noise, always drawn on the CPU so that a seed means the same on every device.
#pragma once

#include <cstdint>

#include "tensor/aten.h"

namespace gallop::tensor {

// Standard normal float32 of `shape` from a Mersenne twister seeded with `seed`: the values of
// torch.randn(shape, generator=torch.Generator().manual_seed(seed)) of the LibTorch in use.
at::Tensor seeded_normal(at::IntArrayRef shape, std::uint64_t seed);

// The same generator drawn from again and again: the values of successive torch.randn calls.
class NoiseStream {
 public:
  explicit NoiseStream(std::uint64_t seed) : generator_(at::make_generator<at::CPUGeneratorImpl>(seed)) {}
  at::Tensor normal(at::IntArrayRef shape) { return at::randn(shape, generator_, at::TensorOptions().dtype(at::kFloat)); }

 private:
  at::Generator generator_;
};

}  // namespace gallop::tensor
