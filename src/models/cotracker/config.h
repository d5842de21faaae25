// Sizes of CoTracker2 (Karaev et al. 2023; vbench.md 8.4).
#pragma once

#include <cstdint>

namespace gallop::models::cotracker {

struct TrackerConfig {
  std::int64_t height = 384, width = 512;  // pictures are brought to this size
  std::int64_t stride = 4;                 // of the feature maps
  std::int64_t channels = 128;             // of the features
  std::int64_t window = 8;                 // frames looked at together; windows advance by half
  std::int64_t levels = 4, radius = 3;     // of the correlation
  std::int64_t hidden = 384, heads = 8, depth = 6, virtual_tracks = 64;
  std::int64_t iterations = 6;

  std::int64_t input() const { return 2 + 128 + levels * (2 * radius + 1) * (2 * radius + 1) + channels + 2; }
};

}  // namespace gallop::models::cotracker
