// Reproducible numbers of the recorded values: a hash generator seeded by names (wan.md 13.4).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tensor/aten.h"

namespace gallop::test {

std::uint32_t fnv1a(std::string_view text);
// Element k of the stream, in [-1, 1).
double uniform(std::uint64_t k, std::uint32_t seed);
// float32 of `shape`, seeded by `name`, times `scale`.
at::Tensor input(const std::string& name, at::IntArrayRef shape, double scale = 1.0);
// A weight by its diffusers or transformers name: norms near one, biases small, the rest scaled by their fan-in.
at::Tensor weight(const std::string& name, at::IntArrayRef shape, const std::string& suffix = {});

// What the recorded files hold of a tensor.
struct Summary {
  std::vector<std::int64_t> shape;
  std::vector<double> first8, last8;
  double mean = 0.0, mean_abs = 0.0, proj = 0.0;
};
Summary summarize(const at::Tensor& tensor);

}  // namespace gallop::test
