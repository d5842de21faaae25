// Swin transformer (Liu et al. 2021; vbench.md 5.9.1): windows that shift from block to block, halving the grid between stages.
#pragma once

#include <vector>

#include "models/tag2text/config.h"
#include "nn/prenorm_block.h"

namespace gallop::models::tag2text {

struct Swin {
  struct Block {
    nn::PrenormBlock layers;
    at::Tensor bias;         // [1, heads, window^2, window^2]
    std::int64_t shift = 0;  // cells, 0 for blocks that do not shift
  };
  struct Stage {
    std::vector<Block> blocks;
    at::Tensor mask;  // [windows, 1, window^2, window^2]: -100 between regions that only the shift brought together
    nn::LayerNorm merge_norm;
    nn::Linear merge;  // [2 D, 4 D]; undefined after the last stage
    // x [B, h, w, D] -> [B, h / 2, w / 2, 2 D], or the same shape in the last stage.
    at::Tensor operator()(at::Tensor x, std::int64_t window) const;
  };

  SwinConfig config;
  at::Tensor patch_weight, patch_bias;
  nn::LayerNorm patch_norm, norm;
  std::vector<Stage> stages;

  static Swin load(const SwinConfig& config, const nn::Params& params);
  // Normalised RGB [B, 3, image, image] -> [B, 1 + cells, D], the mean of the cells first.
  at::Tensor operator()(const at::Tensor& images) const;
};

}  // namespace gallop::models::tag2text
