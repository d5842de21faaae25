// Adapters for the transformer in the formats met on disk (wan.md 7), merged into weights as they are placed.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "models/wan/transformer.h"

namespace gallop::models::wan {

// A change of one stored tensor: W' = W * scale + sum of strength * (up down) + strength * difference, in float32.
struct Patch {
  double scale = 1.0;  // of fp8 weights that carry one
  struct Term {
    double strength = 1.0;
    at::Tensor up, down;    // [out, r], [r, in]; or
    at::Tensor difference;  // the shape of W
  };
  std::vector<Term> terms;
};
using Patches = std::map<std::string, Patch>;  // by diffusers name, "blocks.0.attn1.to_q.weight"

// The tensor in `dtype` on `device`, patched when `patches` names it.
at::Tensor patched(const std::string& name, const at::Tensor& value, const Patches& patches, at::ScalarType dtype, at::Device device);

// Adds the terms of an adapter's tensors to `patches`. `alpha` is the adapter's own when its tensors carry none (rank then
// divides it). ModelError: a tensor that fits no layer of `config`. Unsupported: DoRA, LoKr, LoHa, convolution cores.
void add_lora(Patches& patches, const weights::TensorMap& tensors, const WanConfig& config, double strength, std::optional<double> alpha,
              const std::string& source);

// Moves the `scale_weight` tensors of scaled fp8 files into patches and drops the marker; returns the remaining tensors.
weights::TensorMap take_scales(weights::TensorMap tensors, Patches& patches);

}  // namespace gallop::models::wan
