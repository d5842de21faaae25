#include "nn/int8_units.h"

#include "nn/kernel_clones.h"
#include "nn/tile_units.h"

namespace gallop::nn::int8 {
namespace {

GALLOP_CLONES void plain_panels(const std::int8_t* rows, const std::int8_t* outputs, std::int64_t steps, Sums& sums) {
  for (int row = 0; row < 32; ++row)
    for (int half = 0; half < 2; ++half) {
      const auto* x = rows + row / 16 * kTile + row % 16 * 64;
      const auto* w = outputs + half * kTile;
      std::int32_t total[16] = {};
      for (std::int64_t step = 0; step < steps; ++step, x += 2 * kTile, w += 2 * kTile)
        for (int quad = 0; quad < 16; ++quad)
          for (int o = 0; o < 16; ++o)
            for (int k = 0; k < 4; ++k)
              total[o] += static_cast<std::int16_t>(x[4 * quad + k]) * static_cast<std::int16_t>(w[64 * quad + 4 * o + k]);
      for (int o = 0; o < 16; ++o) sums[row][16 * half + o] = total[o];
    }
}

#ifdef GALLOP_TILES

// Eight rows at a time. The instruction wants one factor without sign: 128 is added to x, and 128 times the weights taken off.
__attribute__((target("avx512f,avx512bw,avx512vnni"))) void vector_panels(const std::int8_t* rows, const std::int8_t* outputs,
                                                                          std::int64_t steps, Sums& sums) {
  const auto flip = _mm512_set1_epi32(static_cast<int>(0x80808080));
  for (int row = 0; row < 32; row += 8)
    for (int half = 0; half < 2; ++half) {
      const auto* x = rows + row / 16 * kTile + row % 16 * 64;
      const auto* w = outputs + half * kTile;
      __m512i total[8] = {}, surplus = _mm512_setzero_si512();
      for (std::int64_t step = 0; step < steps; ++step, x += 2 * kTile, w += 2 * kTile)
        for (int quad = 0; quad < 16; ++quad) {
          const auto weights = _mm512_loadu_si512(w + 64 * quad);
          surplus = _mm512_dpbusd_epi32(surplus, flip, weights);
          for (int i = 0; i < 8; ++i) {
            int four;
            __builtin_memcpy(&four, x + 64 * i + 4 * quad, 4);
            total[i] = _mm512_dpbusd_epi32(total[i], _mm512_xor_si512(_mm512_set1_epi32(four), flip), weights);
          }
        }
      for (int i = 0; i < 8; ++i) _mm512_storeu_si512(&sums[row + i][16 * half], _mm512_sub_epi32(total[i], surplus));
    }
}

__attribute__((target("amx-tile,amx-int8"))) void tile_panels(const std::int8_t* x, const std::int8_t* w, std::int64_t steps, Sums& sums) {
  tiles::clear_sums();
  for (std::int64_t step = 0; step < steps; ++step, x += 2 * kTile, w += 2 * kTile) {
    _tile_loadd(4, x, 64);
    _tile_loadd(6, w, 64);
    _tile_dpbssd(0, 4, 6);
    _tile_loadd(7, w + kTile, 64);
    _tile_dpbssd(1, 4, 7);
    _tile_loadd(5, x + kTile, 64);
    _tile_dpbssd(2, 5, 6);
    _tile_dpbssd(3, 5, 7);
  }
  tiles::store_sums(sums[0], 32);
}

__attribute__((target("amx-tile"))) void start_tiles() { _tile_loadconfig(&tiles::kTileConfig); }
__attribute__((target("amx-tile"))) void end_tiles() { _tile_release(); }

#endif

}  // namespace

#ifdef GALLOP_TILES

bool vectors_available() { return __builtin_cpu_supports("avx512vnni") != 0 && __builtin_cpu_supports("avx512bw") != 0; }
Session::Session(Units units) : units_(units) {
  if (units_ == Units::tiles) start_tiles();
}
Session::~Session() {
  if (units_ == Units::tiles) end_tiles();
}
void multiply_panels(Units units, const std::int8_t* rows, const std::int8_t* outputs, std::int64_t steps, Sums& sums) {
  if (units == Units::tiles) return tile_panels(rows, outputs, steps, sums);
  if (units == Units::vectors) return vector_panels(rows, outputs, steps, sums);
  plain_panels(rows, outputs, steps, sums);
}

#else

bool vectors_available() { return false; }
Session::Session(Units units) : units_(units) {}
Session::~Session() = default;
void multiply_panels(Units, const std::int8_t* rows, const std::int8_t* outputs, std::int64_t steps, Sums& sums) {
  plain_panels(rows, outputs, steps, sums);
}

#endif

}  // namespace gallop::nn::int8
