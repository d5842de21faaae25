// A dense layer: plain tensors, no registry.
#pragma once

#include "tensor/aten.h"

namespace gallop::nn {

// y = x W^T + b. weight [out, in], bias [out] or undefined.
struct Linear {
  at::Tensor weight = {};
  at::Tensor bias = {};
  at::Tensor operator()(const at::Tensor& x) const { return at::linear(x, weight, bias); }
  bool defined() const { return weight.defined(); }
};

}  // namespace gallop::nn
