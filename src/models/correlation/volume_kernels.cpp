#include "models/correlation/volume_kernels.h"

#include <algorithm>

#include "nn/kernel_clones.h"

namespace gallop::models::correlation::kernels {
namespace {

// Added in the order of the raster, as the library's pooling adds them.
GALLOP_CLONES void halve_map(const float* map, std::int64_t height, std::int64_t width, float* out) {
  for (std::int64_t y = 0; y < height / 2; ++y, out += width / 2) {
    const float *upper = map + 2 * y * width, *lower = upper + width;
#pragma omp simd
    for (std::int64_t x = 0; x < width / 2; ++x) out[x] = (upper[2 * x] + upper[2 * x + 1] + lower[2 * x] + lower[2 * x + 1]) * 0.25F;
  }
}

constexpr std::int64_t kSide = 16;  // of a block whose rows are a line of the cache each, on both sides

// Up to kSide rows of x [rows, columns].
GALLOP_CLONES void transpose_rows(const float* x, std::int64_t rows, std::int64_t columns, std::int64_t first, float* out) {
  const auto height = std::min(kSide, rows - first);
  for (std::int64_t start = 0; start < columns; start += kSide) {
    const auto width = std::min(kSide, columns - start);
    float block[kSide * kSide];
    for (std::int64_t i = 0; i < height; ++i) std::copy_n(x + (first + i) * columns + start, width, block + i * kSide);
    for (std::int64_t j = 0; j < width; ++j)
      for (std::int64_t i = 0; i < height; ++i) out[(start + j) * rows + first + i] = block[i * kSide + j];
  }
}

}  // namespace

void transpose(const float* x, std::int64_t rows, std::int64_t columns, float* out, int threads) {
#pragma omp parallel for schedule(static) num_threads(threads)
  for (std::int64_t first = 0; first < rows; first += kSide) transpose_rows(x, rows, columns, first, out);
}

void halve(const float* maps, std::int64_t count, std::int64_t height, std::int64_t width, float* out, int threads) {
#pragma omp parallel for schedule(static) num_threads(threads)
  for (std::int64_t i = 0; i < count; ++i) halve_map(maps + i * height * width, height, width, out + i * (height / 2) * (width / 2));
}

}  // namespace gallop::models::correlation::kernels
