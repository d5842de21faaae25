#include "nn/winograd_kernels.h"

#include <algorithm>

#include "nn/kernel_clones.h"

namespace gallop::nn::kernels {
namespace {

constexpr int kLanes = 16;  // channels at a time
constexpr float kA = 2.0F / 3.0F, kB = 3.0F / 2.0F;
constexpr float kA2 = kA * kA, kB2 = kB * kB, kSum = 4.0F / 9.0F + 9.0F / 4.0F;

// Six values in, six out, for sixteen channels: rows of the matrix B^T.
GALLOP_INLINE void forward(const float (&d)[6][kLanes], float (&v)[6][kLanes]) {
#pragma omp simd
  for (int c = 0; c < kLanes; ++c) {
    v[0][c] = d[0][c] - kSum * d[2][c] + d[4][c];
    const float even_a = d[4][c] - kB2 * d[2][c], odd_a = kA * (d[3][c] - kB2 * d[1][c]);
    v[1][c] = even_a + odd_a;
    v[2][c] = even_a - odd_a;
    const float even_b = d[4][c] - kA2 * d[2][c], odd_b = kB * (d[3][c] - kA2 * d[1][c]);
    v[3][c] = even_b + odd_b;
    v[4][c] = even_b - odd_b;
    v[5][c] = d[1][c] - kSum * d[3][c] + d[5][c];
  }
}

// Six values in, four out: rows of A^T.
GALLOP_INLINE void backward(const float (&m)[6][kLanes], float (&y)[4][kLanes]) {
#pragma omp simd
  for (int c = 0; c < kLanes; ++c) {
    const float sum_a = m[1][c] + m[2][c], gap_a = m[1][c] - m[2][c];
    const float sum_b = m[3][c] + m[4][c], gap_b = m[3][c] - m[4][c];
    y[0][c] = m[0][c] + sum_a + sum_b;
    y[1][c] = kA * gap_a + kB * gap_b;
    y[2][c] = kA2 * sum_a + kB2 * sum_b;
    y[3][c] = kA2 * kA * gap_a + kB2 * kB * gap_b + m[5][c];
  }
}

GALLOP_INLINE void load(const float* from, float (&to)[kLanes]) {
#pragma omp simd
  for (int c = 0; c < kLanes; ++c) to[c] = from[c];
}
GALLOP_INLINE void store(const float (&from)[kLanes], float* to) {
#pragma omp simd
  for (int c = 0; c < kLanes; ++c) to[c] = from[c];
}

}  // namespace

GALLOP_CLONES void winograd_input(const float* frame, const TileGrid& grid, std::int64_t first, std::int64_t count, float* out,
                                  std::int64_t stride) {
  for (std::int64_t i = 0; i < count; ++i) {
    const auto top = (first + i) / grid.columns * 4 - 1, left = (first + i) % grid.columns * 4 - 1;
    for (std::int64_t channel = 0; channel < grid.channels; channel += kLanes) {
      float columns[6][6][kLanes];  // by column of the tile, each transformed along its rows
      for (int x = 0; x < 6; ++x) {
        float d[6][kLanes];
        for (int y = 0; y < 6; ++y) {
          const auto row = top + y, column = left + x;
          if (row < 0 || row >= grid.height || column < 0 || column >= grid.width) {
            std::fill_n(d[y], kLanes, 0.0F);
          } else {
            load(frame + (row * grid.width + column) * grid.channels + channel, d[y]);
          }
        }
        forward(d, columns[x]);
      }
      for (int y = 0; y < 6; ++y) {
        float d[6][kLanes], v[6][kLanes];
        for (int x = 0; x < 6; ++x) load(columns[x][y], d[x]);
        forward(d, v);
        for (int x = 0; x < 6; ++x) store(v[x], out + (y * 6 + x) * stride + i * grid.channels + channel);
      }
    }
  }
}

GALLOP_CLONES void winograd_output(const float* in, std::int64_t stride, const float* bias, const TileGrid& grid, std::int64_t first,
                                   std::int64_t count, float* frame) {
  for (std::int64_t i = 0; i < count; ++i) {
    const auto top = (first + i) / grid.columns * 4, left = (first + i) % grid.columns * 4;
    const auto rows = std::min<std::int64_t>(4, grid.height - top), across = std::min<std::int64_t>(4, grid.width - left);
    for (std::int64_t channel = 0; channel < grid.channels; channel += kLanes) {
      float lines[6][4][kLanes];  // by column of the tile, the four pixels down
      for (int x = 0; x < 6; ++x) {
        float m[6][kLanes];
        for (int y = 0; y < 6; ++y) load(in + (y * 6 + x) * stride + i * grid.channels + channel, m[y]);
        backward(m, lines[x]);
      }
      float added[kLanes] = {};
      if (bias != nullptr) load(bias + channel, added);
      for (std::int64_t y = 0; y < rows; ++y) {
        float m[6][kLanes], pixels[4][kLanes];
        for (int x = 0; x < 6; ++x) load(lines[x][y], m[x]);
        backward(m, pixels);
        for (std::int64_t x = 0; x < across; ++x) {
          float* to = frame + ((top + y) * grid.width + left + x) * grid.channels + channel;
#pragma omp simd
          for (int c = 0; c < kLanes; ++c) to[c] = pixels[x][c] + added[c];
        }
      }
    }
  }
}

}  // namespace gallop::nn::kernels
