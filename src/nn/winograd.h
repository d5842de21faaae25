// 3x3 convolutions with a quarter of the multiplications: Winograd's F(4x4, 3x3) (Lavin and Gray, arXiv 1509.09308), float32 on
// the CPU. A third axis of the kernel, time, is summed in the transformed domain.
#pragma once

#include "tensor/aten.h"

namespace gallop::nn {

// Interpolation points 0, +-2/3, +-3/2: five times the rounding of a direct convolution (1e-5 of the output's deviation) where the
// usual 0, +-1, +-2 have thirty times.
struct WinogradConv {
  at::Tensor weight = {};  // [taps, 36, C, O]
  at::Tensor bias = {};    // [O] or undefined
  bool defined() const { return weight.defined(); }
};

// True for kernels of [O, C, 3, 3] or [O, C, T, 3, 3] that gain by it: at least 64 channels, in sixteens, and not so many that the
// transformed weights, four times the stored ones, weigh more than the saved work.
bool winograd_pays(const at::Tensor& weight);
WinogradConv make_winograd(const at::Tensor& weight, const at::Tensor& bias);

// Frames [T + taps - 1, H, W, C] contiguous -> [T, H, W, O], one pixel of zeros around each. `first_tap` and `taps` use a part of
// the kernel's taps.
at::Tensor convolve(const WinogradConv& conv, const at::Tensor& x, std::int64_t first_tap, std::int64_t taps);

}  // namespace gallop::nn
