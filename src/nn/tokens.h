// Token-row operators of diffusion transformers, in place where that is possible: fused passes for float32 on the CPU,
// LibTorch operators elsewhere. Statistics and modulation are float32 whatever the tokens' type.
#pragma once

#include "tensor/aten.h"

namespace gallop::nn {

// LayerNorm without weights times (1 + scale) plus shift. x [R, D] contiguous; scale, shift float32 [D]. -> x's type.
at::Tensor modulated_norm(const at::Tensor& x, const at::Tensor& scale, const at::Tensor& shift, double eps);
// LayerNorm with float32 weights; the result has x's type.
at::Tensor affine_norm(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias, double eps);
// x += y * gate in float32, rounded once to x's type; gate undefined: x += y. gate float32 [D].
void gated_add_(at::Tensor x, const at::Tensor& y, const at::Tensor& gate);
// Root-mean-square norm over D, then rotation of neighbouring pairs in each head. x [R, D] contiguous, overwritten when
// possible; cosine, sine float32 [R, head / 2] or undefined (no rotation).
at::Tensor rms_norm_rotate(at::Tensor x, const at::Tensor& weight, const at::Tensor& cosine, const at::Tensor& sine, std::int64_t head,
                           double eps);
// tanh form of GELU; x is overwritten when possible.
at::Tensor gelu_tanh(at::Tensor x);
// x / max(|x|, 1e-12) * sqrt(C) * gamma over the last axis, then SiLU when asked. Written into `out` when it is defined
// (same shape as x, contiguous).
at::Tensor pixel_norm(const at::Tensor& x, const at::Tensor& gamma, bool silu, at::Tensor out = {});

}  // namespace gallop::nn
