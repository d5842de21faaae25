// The tile units of newer x86 processors (AMX), for the files that use them: which compilers can, and how tiles are set up.
#pragma once

#if defined(__x86_64__) && defined(__linux__) && defined(__GNUC__) && !defined(__clang__)
#define GALLOP_TILES 1
#define GALLOP_TILE_TARGET __attribute__((target("amx-tile,amx-bf16,avx512f,avx512bw,avx512bf16")))
#include <immintrin.h>

#include <cstdint>

namespace gallop::nn::tiles {

constexpr std::int64_t kTile = 16 * 32;  // bfloat16 values of a tile: 16 rows of 64 bytes

// Eight tiles of 16 rows of 64 bytes.
struct alignas(64) TileConfig {
  std::uint8_t palette = 1, start_row = 0, reserved[14] = {};
  std::uint16_t bytes[16] = {64, 64, 64, 64, 64, 64, 64, 64};
  std::uint8_t rows[16] = {16, 16, 16, 16, 16, 16, 16, 16};
};
// A constant in memory: compilers take the instruction to read eight bytes and leave out the writing of a local one's other bytes.
inline constexpr TileConfig kTileConfig;

// What every product does with the tiles: 4 and 5 hold rows, 6 and 7 outputs, 0 to 3 the 32 by 32 sums. (The intrinsics want literal
// numbers.)
#define GALLOP_TILE_PIECE(units) __attribute__((target(units), always_inline)) inline

GALLOP_TILE_PIECE("amx-tile") void clear_sums() {
  _tile_zero(0);
  _tile_zero(1);
  _tile_zero(2);
  _tile_zero(3);
}
// Sums of four bytes each; `stride` of them from row to row.
GALLOP_TILE_PIECE("amx-tile") void load_sums(const float* y, std::int64_t stride) {
  const auto down = stride * static_cast<std::int64_t>(sizeof(float));
  _tile_loadd(0, y, down);
  _tile_loadd(1, y + 16, down);
  _tile_loadd(2, y + 16 * stride, down);
  _tile_loadd(3, y + 16 * stride + 16, down);
}
template <class Number>
GALLOP_TILE_PIECE("amx-tile")
void store_sums(Number* y, std::int64_t stride) {
  static_assert(sizeof(Number) == 4);
  const auto down = stride * static_cast<std::int64_t>(sizeof(Number));
  _tile_stored(0, y, down);
  _tile_stored(1, y + 16, down);
  _tile_stored(2, y + 16 * stride, down);
  _tile_stored(3, y + 16 * stride + 16, down);
}
// Two tiles of rows: packed one behind the other, or `stride` values from row to row.
GALLOP_TILE_PIECE("amx-tile") void load_rows(const std::uint16_t* x) {
  _tile_loadd(4, x, 64);
  _tile_loadd(5, x + kTile, 64);
}
GALLOP_TILE_PIECE("amx-tile") void load_rows(const std::uint16_t* x, std::int64_t stride) {
  const auto down = stride * static_cast<std::int64_t>(sizeof(std::uint16_t));
  _tile_loadd(4, x, down);
  _tile_loadd(5, x + 16 * stride, down);
}
GALLOP_TILE_PIECE("amx-tile") void load_outputs(const std::uint16_t* w) {
  _tile_loadd(6, w, 64);
  _tile_loadd(7, w + kTile, 64);
}
GALLOP_TILE_PIECE("amx-tile,amx-bf16") void multiply_tiles() {
  _tile_dpbf16ps(0, 4, 6);
  _tile_dpbf16ps(1, 4, 7);
  _tile_dpbf16ps(2, 5, 6);
  _tile_dpbf16ps(3, 5, 7);
}

}  // namespace gallop::nn::tiles
#endif
