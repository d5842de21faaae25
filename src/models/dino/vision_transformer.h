// DINO ViT-B/16 (Caron et al. 2021; vbench.md 5.1): an image to the class token after the final norm.
#pragma once

#include <vector>

#include "nn/prenorm_block.h"

namespace gallop::models::dino {

struct DinoConfig {
  std::int64_t image = 224;  // side the position table was trained for
  std::int64_t patch = 16;
  std::int64_t width = 768;
  std::int64_t depth = 12;
  std::int64_t heads = 12;
};

struct VisionTransformer {
  DinoConfig config;
  at::Tensor class_token, positions;  // [1, 1, D], [1, 1 + (image / patch)^2, D]
  nn::PackedLinear patches;           // of a patch's pixels: red, green, blue, each by rows
  std::vector<nn::PrenormBlock> blocks;
  nn::LayerNorm norm;

  static VisionTransformer load(const DinoConfig& config, const nn::Params& params);
  // Normalised RGB [B, 3, H, W], H and W at least one patch; rows and columns beyond a whole patch are ignored. -> [B, D]
  at::Tensor operator()(const at::Tensor& images) const;
  // The position table for an image of height x width pixels, [1, 1 + patches, D].
  at::Tensor positions_for(std::int64_t height, std::int64_t width) const;
};

}  // namespace gallop::models::dino
