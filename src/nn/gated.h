// Row operators of gated single-stream transformers: fused float32 passes on the CPU, LibTorch operators elsewhere. Inputs of
// any float type; arithmetic in float32 (single_stream.md 2.7).
#pragma once

#include "tensor/aten.h"

namespace gallop::nn {

// x / sqrt(mean(x^2) + eps) * (1 + weight) over the last axis. x [R, D], weight float32 [D] -> `dtype`.
at::Tensor offset_rms_norm(const at::Tensor& x, const at::Tensor& weight, double eps, at::ScalarType dtype);
// The same within each head, then rotation of channel j with j + half. x [R, heads head], possibly a column range of a wider
// array; weight float32 [head]; sine, cosine float32 [R, half], 2 half <= head. Written to out [R, heads head] in its type.
void head_norm_rotate(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& sine, const at::Tensor& cosine, double eps,
                      at::Tensor out);
// x [R, heads head] times sigmoid(gate [R, heads]) by head, rounded once to x's type; x is overwritten when possible.
at::Tensor gate_heads(const at::Tensor& x, const at::Tensor& gate, std::int64_t head);
// a, b interleaved in x [R, 2 D]: min(a, 7) sigmoid(1.702 min(a, 7)) (clamp(b, -7, 7) + 1), in x's type [R, D].
at::Tensor swiglu7(const at::Tensor& x);
// min(x, 7) sigmoid(1.702 min(x, 7)), in x's type.
at::Tensor gelu7(const at::Tensor& x);

}  // namespace gallop::nn
