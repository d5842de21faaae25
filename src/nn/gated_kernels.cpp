#include "nn/gated_kernels.h"

#include <bit>
#include <cmath>

#include "nn/fast_exp.h"
#include "nn/kernel_clones.h"

namespace gallop::nn::kernels {
namespace {

constexpr float kLimit = 7.0f, kSlope = 1.702f;

GALLOP_INLINE float wide(float x) { return x; }
GALLOP_INLINE float wide(Bits x) { return std::bit_cast<float>(static_cast<std::uint32_t>(x) << 16); }

// To nearest, ties to even, as LibTorch rounds.
GALLOP_INLINE void put(float x, float& out) { out = x; }
GALLOP_INLINE void put(float x, Bits& out) {
  const auto bits = std::bit_cast<std::uint32_t>(x);
  const auto rounded = static_cast<Bits>((bits + 0x7fffu + ((bits >> 16) & 1u)) >> 16);
  out = x == x ? rounded : static_cast<Bits>(0x7fc0);
}

// By value and not by reference, as std::min takes them: only then are pairs of neighbours loaded as vectors.
GALLOP_INLINE float at_most(float x, float limit) { return limit < x ? limit : x; }
GALLOP_INLINE float at_least(float x, float limit) { return x < limit ? limit : x; }

GALLOP_INLINE float sloped(float a) { return logistic_part(a, kSlope * a); }

template <class T>
GALLOP_INLINE float inverse_rms(const T* x, std::int64_t width, double eps) {
  float squares = 0.0f;
#pragma omp simd reduction(+ : squares)
  for (std::int64_t i = 0; i < width; ++i) squares += wide(x[i]) * wide(x[i]);
  return static_cast<float>(1.0 / std::sqrt(static_cast<double>(squares) / static_cast<double>(width) + eps));
}

template <class T>
GALLOP_INLINE void offset_norm(const float* x, const float* weight, T* out, std::int64_t width, double eps) {
  const float inverse = inverse_rms(x, width, eps);
#pragma omp simd
  for (std::int64_t i = 0; i < width; ++i) put(x[i] * inverse * (1.0f + weight[i]), out[i]);
}

// One row: its sines and cosines, its heads.
struct Turn {
  const float *weight, *sine, *cosine;
  std::int64_t half, heads, head;
  double eps;
};

template <class T>
GALLOP_INLINE void norm_rotate(const T* x, T* out, const Turn& turn) {
  const auto half = turn.half, head = turn.head;
  const float *weight = turn.weight, *sine = turn.sine, *cosine = turn.cosine;
  for (std::int64_t h = 0; h < turn.heads; ++h, x += head, out += head) {
    const float inverse = inverse_rms(x, head, turn.eps);
#pragma omp simd
    for (std::int64_t i = 0; i < half; ++i) {
      const float a = wide(x[i]) * inverse * (1.0f + weight[i]), b = wide(x[i + half]) * inverse * (1.0f + weight[i + half]);
      put(a * cosine[i] - b * sine[i], out[i]);
      put(b * cosine[i] + a * sine[i], out[i + half]);
    }
#pragma omp simd
    for (std::int64_t i = 2 * half; i < head; ++i) put(wide(x[i]) * inverse * (1.0f + weight[i]), out[i]);
  }
}

template <class T>
GALLOP_INLINE void gate(T* x, const float* gates, std::int64_t heads, std::int64_t head) {
  for (std::int64_t h = 0; h < heads; ++h) {
    const float factor = logistic_part(1.0f, gates[h]);
#pragma omp simd
    for (std::int64_t i = 0; i < head; ++i) put(wide(x[h * head + i]) * factor, x[h * head + i]);
  }
}

template <class T>
GALLOP_INLINE void gated(const T* x, T* out, std::int64_t width) {
#pragma omp simd
  for (std::int64_t i = 0; i < width; ++i) {
    const float a = at_most(wide(x[2 * i]), kLimit), b = at_least(at_most(wide(x[2 * i + 1]), kLimit), -kLimit);
    put(sloped(a) * (b + 1.0f), out[i]);
  }
}

template <class T>
GALLOP_INLINE void plain(const T* x, T* out, std::int64_t width) {
#pragma omp simd
  for (std::int64_t i = 0; i < width; ++i) put(sloped(at_most(wide(x[i]), kLimit)), out[i]);
}

// Compiled for each generation of processors and each type; the templates above are theirs.
GALLOP_CLONES void norm_row(const float* x, const float* weight, float* out, std::int64_t width, double eps) {
  offset_norm(x, weight, out, width, eps);
}
GALLOP_CLONES void norm_row(const float* x, const float* weight, Bits* out, std::int64_t width, double eps) {
  offset_norm(x, weight, out, width, eps);
}
GALLOP_CLONES void head_row(const float* x, float* out, const Turn& turn) { norm_rotate(x, out, turn); }
GALLOP_CLONES void head_row(const Bits* x, Bits* out, const Turn& turn) { norm_rotate(x, out, turn); }
GALLOP_CLONES void gate_row(float* x, const float* gates, std::int64_t heads, std::int64_t head) { gate(x, gates, heads, head); }
GALLOP_CLONES void gate_row(Bits* x, const float* gates, std::int64_t heads, std::int64_t head) { gate(x, gates, heads, head); }
GALLOP_CLONES void swiglu7_row(const float* x, float* out, std::int64_t width) { gated(x, out, width); }
GALLOP_CLONES void swiglu7_row(const Bits* x, Bits* out, std::int64_t width) { gated(x, out, width); }
GALLOP_CLONES void gelu7_row(const float* x, float* out, std::int64_t width) { plain(x, out, width); }
GALLOP_CLONES void gelu7_row(const Bits* x, Bits* out, std::int64_t width) { plain(x, out, width); }

template <class Work>
void each_row(std::int64_t rows, int threads, const Work& work) {
#pragma omp parallel for schedule(static) num_threads(threads)
  for (std::int64_t row = 0; row < rows; ++row) work(row);
}

template <class T>
void norm_rows(const float* x, const float* weight, T* out, std::int64_t rows, std::int64_t width, double eps, int threads) {
  each_row(rows, threads, [&](std::int64_t row) { norm_row(x + row * width, weight, out + row * width, width, eps); });
}

template <class T>
void head_rows(const T* x, T* out, const HeadRows& shape, const Turn& first, int threads) {
  each_row(shape.rows, threads, [&](std::int64_t row) {
    auto turn = first;
    turn.sine += row * turn.half;
    turn.cosine += row * turn.half;
    head_row(x + row * shape.stride_in, out + row * shape.stride_out, turn);
  });
}

}  // namespace

void offset_rms_norm(const float* x, const float* weight, float* out, std::int64_t rows, std::int64_t width, double eps, int threads) {
  norm_rows(x, weight, out, rows, width, eps, threads);
}
void offset_rms_norm(const float* x, const float* weight, Bits* out, std::int64_t rows, std::int64_t width, double eps, int threads) {
  norm_rows(x, weight, out, rows, width, eps, threads);
}

void head_norm_rotate(const float* x, const float* weight, const float* sine, const float* cosine, std::int64_t half, float* out,
                      const HeadRows& shape, double eps, int threads) {
  head_rows(x, out, shape, {weight, sine, cosine, half, shape.heads, shape.head, eps}, threads);
}
void head_norm_rotate(const Bits* x, const float* weight, const float* sine, const float* cosine, std::int64_t half, Bits* out,
                      const HeadRows& shape, double eps, int threads) {
  head_rows(x, out, shape, {weight, sine, cosine, half, shape.heads, shape.head, eps}, threads);
}

void gate_heads(float* x, const float* gate, std::int64_t rows, std::int64_t heads, std::int64_t head, std::int64_t gate_stride,
                int threads) {
  each_row(rows, threads, [&](std::int64_t row) { gate_row(x + row * heads * head, gate + row * gate_stride, heads, head); });
}
void gate_heads(Bits* x, const float* gate, std::int64_t rows, std::int64_t heads, std::int64_t head, std::int64_t gate_stride,
                int threads) {
  each_row(rows, threads, [&](std::int64_t row) { gate_row(x + row * heads * head, gate + row * gate_stride, heads, head); });
}

void swiglu7(const float* x, float* out, std::int64_t rows, std::int64_t width, int threads) {
  each_row(rows, threads, [&](std::int64_t row) { swiglu7_row(x + row * 2 * width, out + row * width, width); });
}
void swiglu7(const Bits* x, Bits* out, std::int64_t rows, std::int64_t width, int threads) {
  each_row(rows, threads, [&](std::int64_t row) { swiglu7_row(x + row * 2 * width, out + row * width, width); });
}

void gelu7(const float* x, float* out, std::int64_t rows, std::int64_t width, int threads) {
  each_row(rows, threads, [&](std::int64_t row) { gelu7_row(x + row * width, out + row * width, width); });
}
void gelu7(const Bits* x, Bits* out, std::int64_t rows, std::int64_t width, int threads) {
  each_row(rows, threads, [&](std::int64_t row) { gelu7_row(x + row * width, out + row * width, width); });
}

}  // namespace gallop::nn::kernels
