// Cutting a grid of tokens into square windows, for attention that stays inside them.
#pragma once

#include "tensor/aten.h"

namespace gallop::nn {

// [B, h, w, D] to [B * rows * columns, window, window, D], padded with zeros at the right and bottom; and back.
at::Tensor to_windows(const at::Tensor& x, std::int64_t window);
at::Tensor from_windows(const at::Tensor& windows, std::int64_t height, std::int64_t width);

}  // namespace gallop::nn
