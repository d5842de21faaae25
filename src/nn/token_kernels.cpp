#include "nn/token_kernels.h"

#include <algorithm>
#include <cmath>

#include "nn/fast_exp.h"

namespace gallop::nn::kernels {
namespace {

GALLOP_CLONES void layer_norm_row(const float* x, const float* scale, const float* shift, float plus, float* out, std::int64_t width,
                                  double eps) {
  float sum = 0.0f;
#pragma omp simd reduction(+ : sum)
  for (std::int64_t i = 0; i < width; ++i) sum += x[i];
  const float mean = sum / static_cast<float>(width);
  float squares = 0.0f;
#pragma omp simd reduction(+ : squares)
  for (std::int64_t i = 0; i < width; ++i) squares += (x[i] - mean) * (x[i] - mean);
  const float inverse = static_cast<float>(1.0 / std::sqrt(static_cast<double>(squares) / static_cast<double>(width) + eps));
#pragma omp simd
  for (std::int64_t i = 0; i < width; ++i) out[i] = (x[i] - mean) * inverse * (plus + scale[i]) + shift[i];
}

GALLOP_CLONES void gated_add_row(float* x, const float* y, const float* gate, std::int64_t width) {
  if (gate == nullptr) {
#pragma omp simd
    for (std::int64_t i = 0; i < width; ++i) x[i] += y[i];
  } else {
#pragma omp simd
    for (std::int64_t i = 0; i < width; ++i) x[i] += y[i] * gate[i];
  }
}

GALLOP_CLONES void rms_norm_row(float* x, const float* weight, std::int64_t width, double eps) {
  float squares = 0.0f;
#pragma omp simd reduction(+ : squares)
  for (std::int64_t i = 0; i < width; ++i) squares += x[i] * x[i];
  const float inverse = static_cast<float>(1.0 / std::sqrt(static_cast<double>(squares) / static_cast<double>(width) + eps));
#pragma omp simd
  for (std::int64_t i = 0; i < width; ++i) x[i] = x[i] * inverse * weight[i];
}

GALLOP_CLONES void rotate_row(float* x, const float* cosine, const float* sine, std::int64_t width, std::int64_t head) {
  for (std::int64_t start = 0; start < width; start += head) {
    float* pair = x + start;
#pragma omp simd
    for (std::int64_t i = 0; i < head / 2; ++i) {
      const float a = pair[2 * i], b = pair[2 * i + 1];
      pair[2 * i] = a * cosine[i] - b * sine[i];
      pair[2 * i + 1] = a * sine[i] + b * cosine[i];
    }
  }
}

GALLOP_CLONES void gelu_tanh_span(float* x, std::int64_t count) {
#pragma omp simd
  for (std::int64_t i = 0; i < count; ++i) x[i] = gelu_tanh_of(x[i]);
}

GALLOP_CLONES void quick_gelu_span(float* x, std::int64_t count) {
#pragma omp simd
  for (std::int64_t i = 0; i < count; ++i) x[i] = logistic_part(x[i], 1.702f * x[i]);
}

GALLOP_CLONES void pixel_norm_row(const float* x, const float* gamma, float root, float* out, std::int64_t width, bool silu) {
  float squares = 0.0f;
#pragma omp simd reduction(+ : squares)
  for (std::int64_t i = 0; i < width; ++i) squares += x[i] * x[i];
  const float factor = root / std::max(std::sqrt(squares), 1e-12f);
  if (silu) {
#pragma omp simd
    for (std::int64_t i = 0; i < width; ++i) {
      const float v = x[i] * factor * gamma[i];
      out[i] = logistic_part(v, v);
    }
  } else {
#pragma omp simd
    for (std::int64_t i = 0; i < width; ++i) out[i] = x[i] * factor * gamma[i];
  }
}

}  // namespace

void layer_norm(const float* x, const float* scale, const float* shift, bool affine, float* out, std::int64_t rows, std::int64_t width,
                double eps, int threads) {
  const float plus = affine ? 0.0f : 1.0f;
#pragma omp parallel for schedule(static) num_threads(threads)
  for (std::int64_t row = 0; row < rows; ++row) layer_norm_row(x + row * width, scale, shift, plus, out + row * width, width, eps);
}

void gated_add(float* x, const float* y, const float* gate, std::int64_t rows, std::int64_t width, int threads) {
#pragma omp parallel for schedule(static) num_threads(threads)
  for (std::int64_t row = 0; row < rows; ++row) gated_add_row(x + row * width, y + row * width, gate, width);
}

void rms_norm_rotate(float* x, const float* weight, const float* cosine, const float* sine, std::int64_t rows, std::int64_t width,
                     std::int64_t head, double eps, int threads) {
#pragma omp parallel for schedule(static) num_threads(threads)
  for (std::int64_t row = 0; row < rows; ++row) {
    rms_norm_row(x + row * width, weight, width, eps);
    if (cosine != nullptr) rotate_row(x + row * width, cosine + row * (head / 2), sine + row * (head / 2), width, head);
  }
}

namespace {

template <class Span>
void in_spans(float* x, std::int64_t count, int threads, const Span& apply) {
  constexpr std::int64_t kSpan = 16384;
  const std::int64_t spans = (count + kSpan - 1) / kSpan;
#pragma omp parallel for schedule(static) num_threads(threads)
  for (std::int64_t i = 0; i < spans; ++i) apply(x + i * kSpan, std::min(kSpan, count - i * kSpan));
}

}  // namespace

void gelu_tanh(float* x, std::int64_t count, int threads) { in_spans(x, count, threads, gelu_tanh_span); }
void quick_gelu(float* x, std::int64_t count, int threads) { in_spans(x, count, threads, quick_gelu_span); }

void pixel_norm_silu(const float* x, const float* gamma, float* out, std::int64_t rows, std::int64_t width, bool silu, int threads) {
  const float root = std::sqrt(static_cast<float>(width));
#pragma omp parallel for schedule(static) num_threads(threads)
  for (std::int64_t row = 0; row < rows; ++row) pixel_norm_row(x + row * width, gamma, root, out + row * width, width, silu);
}

}  // namespace gallop::nn::kernels
