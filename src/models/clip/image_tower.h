// The vision transformer of CLIP ViT-B/32 and ViT-L/14 (Radford et al. 2021; vbench.md 5.2, 5.3).
#pragma once

#include <vector>

#include "nn/prenorm_block.h"

namespace gallop::models::clip {

struct ImageConfig {
  std::int64_t image = 224;
  std::int64_t patch = 32;
  std::int64_t width = 768;
  std::int64_t depth = 12;
  std::int64_t heads = 12;
  std::int64_t output = 512;
  static ImageConfig vit_b32() { return {}; }
  static ImageConfig vit_l14() { return {.image = 224, .patch = 14, .width = 1024, .depth = 24, .heads = 16, .output = 768}; }
};

struct ImageTower {
  ImageConfig config;
  at::Tensor class_token, positions, patch_weight, projection;  // [D], [1 + (image / patch)^2, D], no bias, [D, output]
  nn::LayerNorm norm_before, norm_after;
  std::vector<nn::PrenormBlock> blocks;

  // `params`: below "visual.".
  static ImageTower load(const ImageConfig& config, const nn::Params& params);
  // Normalised RGB [B, 3, image, image] -> [B, output], not normalised.
  at::Tensor operator()(const at::Tensor& images) const;
};

}  // namespace gallop::models::clip
