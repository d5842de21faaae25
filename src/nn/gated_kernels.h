// Fused element-wise work of gated single-stream transformers on rows in CPU memory, float32 or bfloat16 (its bits); arithmetic in
// float32, one rounding at the end. No LibTorch here.
#pragma once

#include <cstdint>

namespace gallop::nn::kernels {

using Bits = std::uint16_t;  // of a bfloat16

// Rows are contiguous unless a stride is given (in values); `threads` as at::get_num_threads(). A row is one thread's work,
// so the bits do not depend on the number of threads.

// out = x / sqrt(mean(x^2) + eps) * (1 + weight). May run in place.
void offset_rms_norm(const float* x, const float* weight, float* out, std::int64_t rows, std::int64_t width, double eps, int threads);
void offset_rms_norm(const float* x, const float* weight, Bits* out, std::int64_t rows, std::int64_t width, double eps, int threads);

struct HeadRows {
  std::int64_t rows, heads, head;      // numbers of rows and heads, channels a head
  std::int64_t stride_in, stride_out;  // from row to row
};
// The norm above within each head, then rotation of channel j with channel j + half for j < half; the channels from 2 half on
// pass. sine and cosine [rows, half]. Not in place.
void head_norm_rotate(const float* x, const float* weight, const float* sine, const float* cosine, std::int64_t half, float* out,
                      const HeadRows& shape, double eps, int threads);
void head_norm_rotate(const Bits* x, const float* weight, const float* sine, const float* cosine, std::int64_t half, Bits* out,
                      const HeadRows& shape, double eps, int threads);

// x[row, head, :] *= sigmoid(gate[row, head]); in place.
void gate_heads(float* x, const float* gate, std::int64_t rows, std::int64_t heads, std::int64_t head, std::int64_t gate_stride,
                int threads);
void gate_heads(Bits* x, const float* gate, std::int64_t rows, std::int64_t heads, std::int64_t head, std::int64_t gate_stride,
                int threads);

// a, b interleaved in x [rows, 2 width]: out = a' sigmoid(1.702 a') (b' + 1), a' = min(a, 7), b' = clamp(b, -7, 7).
void swiglu7(const float* x, float* out, std::int64_t rows, std::int64_t width, int threads);
void swiglu7(const Bits* x, Bits* out, std::int64_t rows, std::int64_t width, int threads);
// out = a sigmoid(1.702 a), a = min(x, 7). May run in place.
void gelu7(const float* x, float* out, std::int64_t rows, std::int64_t width, int threads);
void gelu7(const Bits* x, Bits* out, std::int64_t rows, std::int64_t width, int threads);

}  // namespace gallop::nn::kernels
