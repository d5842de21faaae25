// K4: the arithmetic of Pillow's 8-bit resampling (Pillow, src/libImaging/Resample.c, 13.0), on plain memory.
#pragma once

#include <cstdint>
#include <vector>

namespace gallop::tensor {

enum class PillowFilter { bilinear, bicubic, lanczos };

// For each output position: where its taps begin, how many there are, and their 22-bit fixed-point weights.
struct PillowTaps {
  std::vector<std::int32_t> first, count, weights;  // weights: `stride` for each position
  std::int64_t stride = 0;
};
PillowTaps pillow_taps(std::int64_t from, std::int64_t to, PillowFilter filter);

// Rows [first, last): [H, width, channels] to [H, positions, channels]; channels 1 or 3.
void pillow_across(const std::uint8_t* source, std::uint8_t* target, std::int64_t width, std::int64_t channels, std::int64_t first,
                   std::int64_t last, const PillowTaps& taps);
// Output rows [first, last): [H, row_bytes] to [positions, row_bytes].
void pillow_down(const std::uint8_t* source, std::uint8_t* target, std::int64_t row_bytes, std::int64_t first, std::int64_t last,
                 const PillowTaps& taps);

}  // namespace gallop::tensor
