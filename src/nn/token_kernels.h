// Fused element-wise work on float32 token rows in CPU memory: one pass where separate operators need three to six.
// No LibTorch here, so that this one file can be compiled for several instruction sets and chosen at run time.
#pragma once

#include <cstdint>

namespace gallop::nn::kernels {

// Rows are contiguous, `width` floats each; `threads` as at::get_num_threads(). Every function may run in place (out == x)
// unless it says otherwise, and gives the same bits whatever the number of threads: a row is one thread's work.

// out = (x - mean) / sqrt(variance + eps) * (1 + scale) + shift, the modulated LayerNorm of a diffusion transformer.
// With `affine` it is the plain one: * scale + shift.
void layer_norm(const float* x, const float* scale, const float* shift, bool affine, float* out, std::int64_t rows, std::int64_t width,
                double eps, int threads);

// x += y * gate (gate null: x += y).
void gated_add(float* x, const float* y, const float* gate, std::int64_t rows, std::int64_t width, int threads);

// Root-mean-square norm over the whole row times weight, then (when cosine is given) rotation of neighbouring pairs, the
// same table [rows, head / 2] for each head. In place.
void rms_norm_rotate(float* x, const float* weight, const float* cosine, const float* sine, std::int64_t rows, std::int64_t width,
                     std::int64_t head, double eps, int threads);

// The tanh form of GELU, in place; |error| < 1e-6 against the exact formula.
void gelu_tanh(float* x, std::int64_t count, int threads);
// x * sigmoid(1.702 x), in place.
void quick_gelu(float* x, std::int64_t count, int threads);

// Per pixel in channels-last layout: x / max(|x|, 1e-12) * sqrt(width) * gamma, then SiLU when `silu`.
void pixel_norm_silu(const float* x, const float* gamma, float* out, std::int64_t rows, std::int64_t width, bool silu, int threads);

}  // namespace gallop::nn::kernels
