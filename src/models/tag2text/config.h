// Sizes of Tag2Text with Swin-B at 384 pixels (Huang et al. 2023; vbench.md 5.9).
#pragma once

#include <array>
#include <cstdint>
#include <vector>

namespace gallop::models::tag2text {

struct SwinConfig {
  std::int64_t image = 384, patch = 4, width = 128, window = 12;
  std::vector<std::int64_t> depths = {2, 2, 18, 2}, heads = {4, 8, 16, 32};
  std::int64_t output() const { return width << (depths.size() - 1); }
};

struct Tag2TextConfig {
  SwinConfig image = {};
  std::int64_t width = 768, inner = 3072, heads = 12, depth = 12;
  std::int64_t vocabulary = 30524, positions = 512;
  std::int64_t tags = 3429, tag_heads = 4, tag_depth = 2;
  std::int64_t tag_tokens = 40;  // of the encoder's input, padding included
  double threshold = 0.7;        // a tag's least chance
};

}  // namespace gallop::models::tag2text
