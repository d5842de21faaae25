#include "nn/group_kernels.h"

#include <algorithm>
#include <cmath>

#include "nn/kernel_clones.h"

namespace gallop::nn::kernels {
namespace {

GALLOP_CLONES void sum_pixels(const float* x, std::int64_t pixels, std::int64_t channels, float* sums) {
  std::fill_n(sums, channels, 0.0F);
  for (std::int64_t pixel = 0; pixel < pixels; ++pixel, x += channels) {
#pragma omp simd
    for (std::int64_t c = 0; c < channels; ++c) sums[c] += x[c];
  }
}

GALLOP_CLONES void sum_squares(const float* x, std::int64_t pixels, std::int64_t channels, const float* mean, float* sums) {
  std::fill_n(sums, channels, 0.0F);
  for (std::int64_t pixel = 0; pixel < pixels; ++pixel, x += channels) {
#pragma omp simd
    for (std::int64_t c = 0; c < channels; ++c) sums[c] += (x[c] - mean[c]) * (x[c] - mean[c]);
  }
}

GALLOP_CLONES void scale_pixels(const float* x, std::int64_t pixels, std::int64_t channels, const float* scale, const float* shift,
                                float least, float* out) {
  for (std::int64_t pixel = 0; pixel < pixels; ++pixel, x += channels, out += channels) {
#pragma omp simd
    for (std::int64_t c = 0; c < channels; ++c) out[c] = std::max(x[c] * scale[c] + shift[c], least);
  }
}

// Calls f(first channel, sum of the group's values) for every group.
template <class F>
void each_group(const GroupNorm& norm, const float* values, const F& f) {
  const auto size = norm.channels / norm.groups;
  for (std::int64_t first = 0; first < norm.channels; first += size) {
    double sum = 0.0;
    for (std::int64_t c = first; c < first + size; ++c) sum += values[c];
    f(first, sum / static_cast<double>(size * norm.pixels));
  }
}

void normalise_image(const GroupNorm& norm, float* x) {
  alignas(64) float sums[kMostChannels], mean[kMostChannels], scale[kMostChannels], shift[kMostChannels];
  const auto size = norm.channels / norm.groups;
  sum_pixels(x, norm.pixels, norm.channels, sums);
  each_group(norm, sums, [&](std::int64_t first, double value) { std::fill_n(mean + first, size, static_cast<float>(value)); });
  sum_squares(x, norm.pixels, norm.channels, mean, sums);
  each_group(norm, sums, [&](std::int64_t first, double variance) {
    const auto inverse = static_cast<float>(1.0 / std::sqrt(variance + norm.eps));
    for (auto c = first; c < first + size; ++c) {
      scale[c] = inverse * norm.weight[c];
      shift[c] = norm.bias[c] - mean[c] * scale[c];
    }
  });
  scale_pixels(x, norm.pixels, norm.channels, scale, shift, norm.rectified ? 0.0F : -HUGE_VALF, x);
}

}  // namespace

void group_norm(const GroupNorm& norm, int threads) {
#pragma omp parallel for schedule(static) num_threads(threads)
  for (std::int64_t image = 0; image < norm.images; ++image) normalise_image(norm, norm.x + image * norm.pixels * norm.channels);
}

GALLOP_CLONES void block_moments(const float* rows, std::int64_t pixels, std::int64_t channels, float* mean, float* squares) {
  std::fill_n(mean, channels, 0.0F);
  std::fill_n(squares, channels, 0.0F);
  for (std::int64_t i = 0; i < pixels; ++i) {
#pragma omp simd
    for (std::int64_t c = 0; c < channels; ++c) mean[c] += rows[i * channels + c] - rows[c];
  }
#pragma omp simd
  for (std::int64_t c = 0; c < channels; ++c) mean[c] = rows[c] + mean[c] / static_cast<float>(pixels);
  for (std::int64_t i = 0; i < pixels; ++i) {
#pragma omp simd
    for (std::int64_t c = 0; c < channels; ++c) {
      const float distance = rows[i * channels + c] - mean[c];
      squares[c] += distance * distance;
    }
  }
}

void scale_channels(const float* x, std::int64_t pixels, std::int64_t channels, const float* scale, const float* shift, float least,
                    float* out, int threads) {
  constexpr std::int64_t kAtOnce = 1024;
  const auto spans = (pixels + kAtOnce - 1) / kAtOnce;
#pragma omp parallel for schedule(static) num_threads(threads)
  for (std::int64_t i = 0; i < spans; ++i) {
    const auto first = i * kAtOnce;
    scale_pixels(x + first * channels, std::min(kAtOnce, pixels - first), channels, scale, shift, least, out + first * channels);
  }
}

}  // namespace gallop::nn::kernels
