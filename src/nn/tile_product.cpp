#include "nn/tile_product.h"

#include "nn/tile_kernels.h"

#ifdef GALLOP_TILES
#include <cpuid.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

namespace gallop::nn::tiles {

#ifdef GALLOP_TILES

namespace {

constexpr std::int64_t kInputsAtOnce = 1024;  // of the sum; so many of kRowsAtOnce rows stay in the second cache
constexpr std::int64_t kRowsAtOnce = 256;

bool ask_system() {
  unsigned a = 0, b = 0, c = 0, d = 0;
  if (__get_cpuid_count(7, 0, &a, &b, &c, &d) == 0) return false;
  const bool tiles = (d >> 24 & 1) != 0 && (d >> 22 & 1) != 0 && (d >> 25 & 1) != 0;  // tiles, bfloat16, int8
  if (__get_cpuid_count(7, 1, &a, &b, &c, &d) == 0) return false;
  const bool halves = (a >> 5 & 1) != 0;  // AVX512_BF16
  constexpr long kRequestPermission = 0x1023, kTileData = 18;
  return tiles && halves && syscall(SYS_arch_prctl, kRequestPermission, kTileData) == 0;
}

// As multiply_panels for the last rows of y, of which only `rows` exist.
GALLOP_TILE_TARGET void multiply_edge(const std::uint16_t* x, const std::uint16_t* w, std::int64_t steps, float* y, std::int64_t stride,
                                      std::int64_t rows) {
  alignas(64) float whole[32 * 32] = {};
  for (std::int64_t row = 0; row < rows; ++row) std::copy_n(y + row * stride, 32, whole + row * 32);
  multiply_panels(x, w, steps, whole, 32);
  for (std::int64_t row = 0; row < rows; ++row) std::copy_n(whole + row * 32, 32, y + row * stride);
}

// Rows begin..end of the product.
GALLOP_TILE_TARGET void multiply_rows(const Product& p, std::int64_t begin, std::int64_t end, std::uint16_t* panels) {
  for (auto row = begin; row < end; ++row) {
    if (p.bias != nullptr)
      std::copy_n(p.bias, p.count, p.y + row * p.count);
    else
      std::fill_n(p.y + row * p.count, p.count, 0.0F);
  }
  _tile_loadconfig(&kTileConfig);
  for (std::int64_t from = 0; from < p.inputs; from += kInputsAtOnce) {
    const auto inputs = std::min(kInputsAtOnce, p.inputs - from), steps = inputs / kStep;
    for (auto row = begin; row < end; row += 32)
      pack_rows(p.x + row * p.inputs + from, p.inputs, std::min<std::int64_t>(32, end - row), inputs,
                panels + (row - begin) / 32 * steps * kPanel);
    for (std::int64_t output = 0; output < p.count; output += kStep) {
      const auto* weight = p.packed + ((p.first + output) / kStep * (p.inputs / kStep) + from / kStep) * kPanel;
      for (auto row = begin; row < end; row += 32) {
        const auto* panel = panels + (row - begin) / 32 * steps * kPanel;
        auto* y = p.y + row * p.count + output;
        if (end - row >= 32)
          multiply_panels(panel, weight, steps, y, p.count);
        else
          multiply_edge(panel, weight, steps, y, p.count, end - row);
      }
    }
  }
  _tile_release();
}

}  // namespace

bool available() {
  static const bool there = ask_system();
  return there;
}

// A tile of the second factor holds 32 inputs of 16 outputs: row i / 2, then output, then i % 2.
GALLOP_TILE_TARGET void pack_weight(const float* weight, std::int64_t outputs, std::int64_t inputs, std::uint16_t* packed) {
  for (std::int64_t o = 0; o < outputs; ++o) {
    auto* out = packed + o / kStep * (inputs / kStep) * kPanel + o % kStep / 16 * kTile + o % 16 * 2;
    for (std::int64_t i = 0; i < inputs; i += 16) {
      __m256i halves[2];
      split(_mm512_loadu_ps(weight + o * inputs + i), halves[0], halves[1]);
      alignas(32) std::uint16_t values[2][16];
      _mm256_store_si256(reinterpret_cast<__m256i*>(values[0]), halves[0]);
      _mm256_store_si256(reinterpret_cast<__m256i*>(values[1]), halves[1]);
      for (int half = 0; half < 2; ++half)
        for (std::int64_t k = 0; k < 16; ++k)
          out[(i + k) / kStep * kPanel + half * 2 * kTile + (i + k) % kStep / 2 * 32 + (i + k) % 2] = values[half][k];
    }
  }
}

void multiply(const Product& product, int threads) {
  const auto share = (product.rows + threads - 1) / threads;
  const auto blocks = threads * ((share + kRowsAtOnce - 1) / kRowsAtOnce);
  const auto rows = ((product.rows + blocks - 1) / blocks + 31) / 32 * 32;
  const auto inputs = std::min(kInputsAtOnce, product.inputs);
#pragma omp parallel num_threads(threads)
  {
    const auto panels = scratch<std::uint16_t>(rows / 32 * (inputs / kStep) * kPanel);
#pragma omp for schedule(dynamic, 1)
    for (std::int64_t begin = 0; begin < product.rows; begin += rows)
      multiply_rows(product, begin, std::min(product.rows, begin + rows), panels.get());
  }
}

#else

bool available() { return false; }
void pack_weight(const float*, std::int64_t, std::int64_t, std::uint16_t*) {}
void multiply(const Product&, int) {}

#endif

}  // namespace gallop::nn::tiles
