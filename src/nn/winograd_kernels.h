// Tiles of 6x6 pixels in and out of the transformed domain. No LibTorch here: compiled for several instruction sets.
#pragma once

#include <cstdint>

namespace gallop::nn::kernels {

// A frame in channels-last memory, and the grid of 4x4 output tiles on it.
struct TileGrid {
  std::int64_t height, width, channels;  // channels: a multiple of 16
  std::int64_t columns;                  // tiles a row
};

// Tiles [first, first + count) of `frame`, each with a margin of one pixel (zeros outside): position p of tile i goes to
// out[p * stride + i * channels].
void winograd_input(const float* frame, const TileGrid& grid, std::int64_t first, std::int64_t count, float* out, std::int64_t stride);
// The inverse: in[p * stride + i * channels] to the pixels of the tiles, plus bias (may be null).
void winograd_output(const float* in, std::int64_t stride, const float* bias, const TileGrid& grid, std::int64_t first, std::int64_t count,
                     float* frame);

}  // namespace gallop::nn::kernels
