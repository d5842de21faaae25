// Instance norm that overwrites what it normalises.
#pragma once

#include "tensor/aten.h"

namespace gallop::nn {

// nn::instance_norm (nn/layers.h) of x [B, C, H, W], in x where its memory allows, and then negative values to zero when asked.
at::Tensor instance_norm_(at::Tensor x, bool rectified, double eps = 1e-5);

}  // namespace gallop::nn
