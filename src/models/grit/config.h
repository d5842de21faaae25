// Sizes of GRiT ViT-B, trained for dense captions and object names together (Wu et al. 2022; vbench.md 5.7).
#pragma once

#include <cstdint>

namespace gallop::models::grit {

struct GritConfig {
  // Backbone
  std::int64_t patch = 16, width = 768, depth = 12, heads = 12, inner = 3072;
  std::int64_t window = 14;
  std::int64_t global_every = 3;  // blocks 2, 5, 8, 11 see the whole picture, the others windows
  std::int64_t positions = 14;    // side of the stored position table
  std::int64_t trained = 64;      // side of the grid that the relative tables of global blocks were trained for
  std::int64_t channels = 256;    // of every pyramid level
  // Box heads
  std::int64_t stages = 3, pooled = 7, hidden = 1024;
  // Text decoder
  std::int64_t text_pooled = 14, text_width = 768, text_depth = 6, text_heads = 12, text_inner = 3072;
  std::int64_t vocabulary = 30522, text_positions = 1024;
  std::int64_t text_length = 40;  // longest text, with its begin token

  bool windowed(std::int64_t block) const { return block % global_every != global_every - 1; }
};

}  // namespace gallop::models::grit
