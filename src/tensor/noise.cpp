#include "tensor/noise.h"

namespace gallop::tensor {

at::Tensor seeded_normal(at::IntArrayRef shape, std::uint64_t seed) {
  auto generator = at::make_generator<at::CPUGeneratorImpl>(seed);
  return at::randn(shape, std::move(generator), at::TensorOptions().dtype(at::kFloat));
}

}  // namespace gallop::tensor
