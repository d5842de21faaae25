// Group norm with what follows it.
#pragma once

#include "tensor/aten.h"

namespace gallop::nn {

// x [B, C, H, W], each image's `groups` of neighbouring channels normalised over their pixels, biased variance, then weight and bias [C]
// and, when `rectified`, negative values become zero. In channels_last float32 memory of a CPU x is overwritten and returned.
at::Tensor group_norm(at::Tensor x, std::int64_t groups, const at::Tensor& weight, const at::Tensor& bias, double eps, bool rectified);

}  // namespace gallop::nn
