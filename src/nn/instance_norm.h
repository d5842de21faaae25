// Instance norm without parameters.
#pragma once

#include "tensor/aten.h"

namespace gallop::nn {

// Normalises each channel of each image over its pixels, biased variance. x [B, C, H, W] is overwritten where its memory allows.
at::Tensor instance_norm_(at::Tensor x, double eps = 1e-5);
// The same, and then negative values to zero.
at::Tensor instance_norm_relu_(at::Tensor x, double eps = 1e-5);

}  // namespace gallop::nn
