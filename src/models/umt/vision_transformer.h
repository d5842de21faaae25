// UMT ViT-L/16 fine-tuned on Kinetics-400 (Li et al. 2023, Unmasked Teacher; vbench.md 5.8).
#pragma once

#include <vector>

#include "nn/prenorm_block.h"

namespace gallop::models::umt {

struct UmtConfig {
  std::int64_t image = 224;
  std::int64_t patch = 16;
  std::int64_t frames = 16;
  std::int64_t width = 1024;
  std::int64_t depth = 24;
  std::int64_t heads = 16;
  std::int64_t classes = 400;
  std::int64_t tokens() const { return frames * (image / patch) * (image / patch); }
};

struct VisionTransformer {
  UmtConfig config;
  at::Tensor positions, patch_weight, patch_bias;  // positions [1, tokens, D], order frame, row, column
  std::vector<nn::PrenormBlock> blocks;
  nn::LayerNorm norm;
  nn::Linear head;

  static VisionTransformer load(const UmtConfig& config, const nn::Params& params);
  // Normalised RGB [frames, 3, image, image] of one clip -> logits [1, classes].
  at::Tensor operator()(const at::Tensor& frames) const;
};

}  // namespace gallop::models::umt
