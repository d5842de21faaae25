#include "nn/tile_product.h"

#include "nn/tile_units.h"

#ifdef GALLOP_TILES
#include <cpuid.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

#include <algorithm>
#include <cstdlib>
#include <memory>

namespace gallop::nn::tiles {

#ifdef GALLOP_TILES

namespace {

constexpr std::int64_t kPanel = 4 * kTile;    // two halves of two tiles: one step of 32 inputs for 32 rows or outputs
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

// Sixteen numbers as their two halves.
GALLOP_TILE_TARGET inline void split(__m512 x, __m256i& high, __m256i& low) {
  high = __builtin_bit_cast(__m256i, _mm512_cvtneps_pbh(x));
  const __m512 rounded = _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(high), 16));
  low = __builtin_bit_cast(__m256i, _mm512_cvtneps_pbh(_mm512_sub_ps(x, rounded)));
}

// Rows of x as panels: for every step of 32 inputs the high tiles of rows 0..15 and 16..31, then the low ones. Rows beyond
// `rows` are zero.
GALLOP_TILE_TARGET void pack_rows(const float* x, std::int64_t stride, std::int64_t rows, std::int64_t inputs, std::uint16_t* packed) {
  for (std::int64_t row = 0; row < 32; ++row) {
    auto* out = packed + row / 16 * kTile + row % 16 * 32;
    for (std::int64_t i = 0; i < inputs; i += 16) {
      __m256i high = _mm256_setzero_si256(), low = high;
      if (row < rows) split(_mm512_loadu_ps(x + row * stride + i), high, low);
      auto* place = out + i / 32 * kPanel + i % 32;
      _mm256_storeu_si256(reinterpret_cast<__m256i*>(place), high);
      _mm256_storeu_si256(reinterpret_cast<__m256i*>(place + 2 * kTile), low);
    }
  }
}

// 32 rows times 32 outputs over `steps` steps, added to y.
GALLOP_TILE_TARGET void multiply_panels(const std::uint16_t* x, const std::uint16_t* w, std::int64_t steps, float* y, std::int64_t stride) {
  constexpr int kBytes = 64;
  const auto down = stride * static_cast<std::int64_t>(sizeof(float));
  _tile_loadd(0, y, down);
  _tile_loadd(1, y + 16, down);
  _tile_loadd(2, y + 16 * stride, down);
  _tile_loadd(3, y + 16 * stride + 16, down);
  for (std::int64_t step = 0; step < steps; ++step, x += kPanel, w += kPanel) {
    _tile_loadd(4, x, kBytes);
    _tile_loadd(5, x + kTile, kBytes);
    _tile_loadd(6, w, kBytes);
    _tile_loadd(7, w + kTile, kBytes);
    _tile_dpbf16ps(0, 4, 6);
    _tile_dpbf16ps(1, 4, 7);
    _tile_dpbf16ps(2, 5, 6);
    _tile_dpbf16ps(3, 5, 7);
    _tile_loadd(6, w + 2 * kTile, kBytes);
    _tile_loadd(7, w + 3 * kTile, kBytes);
    _tile_dpbf16ps(0, 4, 6);
    _tile_dpbf16ps(1, 4, 7);
    _tile_dpbf16ps(2, 5, 6);
    _tile_dpbf16ps(3, 5, 7);
    _tile_loadd(4, x + 2 * kTile, kBytes);
    _tile_loadd(5, x + 3 * kTile, kBytes);
    _tile_loadd(6, w, kBytes);
    _tile_loadd(7, w + kTile, kBytes);
    _tile_dpbf16ps(0, 4, 6);
    _tile_dpbf16ps(1, 4, 7);
    _tile_dpbf16ps(2, 5, 6);
    _tile_dpbf16ps(3, 5, 7);
  }
  _tile_stored(0, y, down);
  _tile_stored(1, y + 16, down);
  _tile_stored(2, y + 16 * stride, down);
  _tile_stored(3, y + 16 * stride + 16, down);
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
GALLOP_TILE_TARGET void multiply_rows(const Product& p, std::int64_t begin, std::int64_t end, std::uint16_t* scratch) {
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
                scratch + (row - begin) / 32 * steps * kPanel);
    for (std::int64_t output = 0; output < p.count; output += kStep) {
      const auto* weight = p.packed + ((p.first + output) / kStep * (p.inputs / kStep) + from / kStep) * kPanel;
      for (auto row = begin; row < end; row += 32) {
        const auto* panel = scratch + (row - begin) / 32 * steps * kPanel;
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
    const auto values = static_cast<std::size_t>(rows / 32 * (inputs / kStep) * kPanel);
    const std::unique_ptr<std::uint16_t[], void (*)(void*)> scratch(
        static_cast<std::uint16_t*>(std::aligned_alloc(64, values * sizeof(std::uint16_t))), std::free);
#pragma omp for schedule(dynamic, 1)
    for (std::int64_t begin = 0; begin < product.rows; begin += rows)
      multiply_rows(product, begin, std::min(product.rows, begin + rows), scratch.get());
  }
}

#else

bool available() { return false; }
void pack_weight(const float*, std::int64_t, std::int64_t, std::uint16_t*) {}
void multiply(const Product&, int) {}

#endif

}  // namespace gallop::nn::tiles
