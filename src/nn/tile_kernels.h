// What the products on tile units share (nn/tile_product.h): the layout of their operands and their inner loop.
#pragma once

#include "nn/tile_scratch.h"
#include "nn/tile_units.h"

#ifdef GALLOP_TILES
#include <algorithm>
#include <cstdint>

namespace gallop::nn::tiles {

constexpr std::int64_t kPanel = 4 * kTile;  // two halves of two tiles: one step of 32 inputs for 32 rows or outputs

// Sixteen numbers as their two halves.
GALLOP_TILE_TARGET inline void split(__m512 x, __m256i& high, __m256i& low) {
  high = __builtin_bit_cast(__m256i, _mm512_cvtneps_pbh(x));
  const __m512 rounded = _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(high), 16));
  low = __builtin_bit_cast(__m256i, _mm512_cvtneps_pbh(_mm512_sub_ps(x, rounded)));
}

// Rows of x as panels: for every step of 32 inputs the high tiles of rows 0..15 and 16..31, then the low ones. Rows beyond
// `rows` are zero.
GALLOP_TILE_TARGET inline void pack_rows(const float* x, std::int64_t stride, std::int64_t rows, std::int64_t inputs,
                                         std::uint16_t* packed) {
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

// 32 rows times 32 outputs over `steps` steps, added to y, or (`fresh`) written there.
template <bool fresh = false>
GALLOP_TILE_TARGET void multiply_panels(const std::uint16_t* x, const std::uint16_t* w, std::int64_t steps, float* y, std::int64_t stride) {
  if constexpr (fresh) {
    clear_sums();
  } else {
    load_sums(y, stride);
  }
  for (std::int64_t step = 0; step < steps; ++step, x += kPanel, w += kPanel) {
    load_rows(x);
    load_outputs(w);
    multiply_tiles();
    load_outputs(w + 2 * kTile);
    multiply_tiles();
    load_rows(x + 2 * kTile);
    load_outputs(w);
    multiply_tiles();
  }
  store_sums(y, stride);
}

}  // namespace gallop::nn::tiles
#endif
