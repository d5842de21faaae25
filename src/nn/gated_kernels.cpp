#include "nn/gated_kernels.h"

#include <algorithm>
#include <cmath>

#include "nn/fast_exp.h"
#include "nn/kernel_clones.h"

namespace gallop::nn::kernels {
namespace {

constexpr float kLimit = 7.0f, kSlope = 1.702f;

GALLOP_INLINE float inverse_rms(const float* x, std::int64_t width, double eps) {
  float squares = 0.0f;
#pragma omp simd reduction(+ : squares)
  for (std::int64_t i = 0; i < width; ++i) squares += x[i] * x[i];
  return static_cast<float>(1.0 / std::sqrt(static_cast<double>(squares) / static_cast<double>(width) + eps));
}

GALLOP_CLONES void offset_norm_row(const float* x, const float* weight, float* out, std::int64_t width, double eps) {
  const float inverse = inverse_rms(x, width, eps);
#pragma omp simd
  for (std::int64_t i = 0; i < width; ++i) out[i] = x[i] * inverse * (1.0f + weight[i]);
}

GALLOP_CLONES void head_row(const float* x, const float* weight, const float* sine, const float* cosine, std::int64_t half, float* out,
                            std::int64_t heads, std::int64_t head, double eps) {
  for (std::int64_t h = 0; h < heads; ++h, x += head, out += head) {
    const float inverse = inverse_rms(x, head, eps);
#pragma omp simd
    for (std::int64_t i = 0; i < half; ++i) {
      const float a = x[i] * inverse * (1.0f + weight[i]), b = x[i + half] * inverse * (1.0f + weight[i + half]);
      out[i] = a * cosine[i] - b * sine[i];
      out[i + half] = b * cosine[i] + a * sine[i];
    }
#pragma omp simd
    for (std::int64_t i = 2 * half; i < head; ++i) out[i] = x[i] * inverse * (1.0f + weight[i]);
  }
}

GALLOP_CLONES void gate_row(float* x, const float* gate, std::int64_t heads, std::int64_t head) {
  for (std::int64_t h = 0; h < heads; ++h) {
    const float factor = 1.0f / (1.0f + fast_exp(-gate[h]));
#pragma omp simd
    for (std::int64_t i = 0; i < head; ++i) x[h * head + i] *= factor;
  }
}

GALLOP_CLONES void swiglu7_row(const float* x, float* out, std::int64_t width) {
#pragma omp simd
  for (std::int64_t i = 0; i < width; ++i) {
    const float a = std::min(x[2 * i], kLimit);
    const float b = std::min(std::max(x[2 * i + 1], -kLimit), kLimit);
    out[i] = a / (1.0f + fast_exp(-kSlope * a)) * (b + 1.0f);
  }
}

GALLOP_CLONES void gelu7_row(const float* x, float* out, std::int64_t width) {
#pragma omp simd
  for (std::int64_t i = 0; i < width; ++i) {
    const float a = std::min(x[i], kLimit);
    out[i] = a / (1.0f + fast_exp(-kSlope * a));
  }
}

}  // namespace

void offset_rms_norm(const float* x, const float* weight, float* out, std::int64_t rows, std::int64_t width, double eps, int threads) {
#pragma omp parallel for schedule(static) num_threads(threads)
  for (std::int64_t row = 0; row < rows; ++row) offset_norm_row(x + row * width, weight, out + row * width, width, eps);
}

void head_norm_rotate(const float* x, const float* weight, const float* sine, const float* cosine, std::int64_t half, float* out,
                      const HeadRows& shape, double eps, int threads) {
#pragma omp parallel for schedule(static) num_threads(threads)
  for (std::int64_t row = 0; row < shape.rows; ++row)
    head_row(x + row * shape.stride_in, weight, sine + row * half, cosine + row * half, half, out + row * shape.stride_out, shape.heads,
             shape.head, eps);
}

void gate_heads(float* x, const float* gate, std::int64_t rows, std::int64_t heads, std::int64_t head, std::int64_t gate_stride,
                int threads) {
#pragma omp parallel for schedule(static) num_threads(threads)
  for (std::int64_t row = 0; row < rows; ++row) gate_row(x + row * heads * head, gate + row * gate_stride, heads, head);
}

void swiglu7(const float* x, float* out, std::int64_t rows, std::int64_t width, int threads) {
#pragma omp parallel for schedule(static) num_threads(threads)
  for (std::int64_t row = 0; row < rows; ++row) swiglu7_row(x + row * 2 * width, out + row * width, width);
}

void gelu7(const float* x, float* out, std::int64_t rows, std::int64_t width, int threads) {
#pragma omp parallel for schedule(static) num_threads(threads)
  for (std::int64_t row = 0; row < rows; ++row) gelu7_row(x + row * width, out + row * width, width);
}

}  // namespace gallop::nn::kernels
