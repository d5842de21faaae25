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

}  // namespace gallop::nn::tiles
#endif
