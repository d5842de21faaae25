// What AMT does to pixels between its convolutions: one pass each for float32 in channels-last CPU memory (pixel_kernels.h), LibTorch's
// operators elsewhere. Tensors [1, C, H, W]; a slice of the channels of a larger tensor will do wherever one is read or written.
#pragma once

#include <array>

#include "tensor/aten.h"

namespace gallop::models::amt {

// A tensor with room for `channels`, filled part by part without further copies.
struct Joined {
  Joined(std::int64_t channels, const at::Tensor& like);
  at::Tensor next(std::int64_t channels);  // the following channels, to be written
  Joined& put(const at::Tensor& x);        // copies x into them

  at::Tensor whole;
  std::int64_t filled = 0;
};

// PReLU with a slope [C] for each channel; in place and returned.
at::Tensor prelu_(at::Tensor x, const at::Tensor& slope);
// PReLU of x + added, in x.
at::Tensor prelu_of_sum_(at::Tensor x, const at::Tensor& added, const at::Tensor& slope);
// PReLU of x into `out`.
void prelu_into(const at::Tensor& out, const at::Tensor& x, const at::Tensor& slope);

// Samples `image` at pixel + flow, bilinear, border repeated. image [1, C, H, W], flow [1, 2, H, W].
at::Tensor warp(const at::Tensor& image, const at::Tensor& flow);
void warp_into(const at::Tensor& out, const at::Tensor& image, const at::Tensor& flow);

// One hypothesis of the middle frame.
struct Hypothesis {
  std::array<at::Tensor, 2> residual_flows;  // [1, 2, H, W]
  at::Tensor mask, residual;                 // [1, 1, H, W] before the logistic function, [1, 3, H, W]
};
// out [1, 3, H, W] = mask * images[0] warped + (1 - mask) * images[1] warped + mean + residual; flows [1, 4, H, W], mean a scalar.
void blend_into(const at::Tensor& out, const std::array<at::Tensor, 2>& images, const at::Tensor& flows, const Hypothesis& hypothesis,
                const at::Tensor& mean);

}  // namespace gallop::models::amt
