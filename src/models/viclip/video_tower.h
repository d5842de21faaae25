// The video tower of ViCLIP-L/14 (Wang et al. 2023, InternVid; vbench.md 5.10). Its text tower is clip::TextTower.
#pragma once

#include <vector>

#include "models/clip/text_tower.h"
#include "nn/prenorm_block.h"

namespace gallop::models::viclip {

struct ViclipConfig {
  std::int64_t image = 224;
  std::int64_t patch = 14;
  std::int64_t width = 1024;
  std::int64_t depth = 24;
  std::int64_t heads = 16;
  std::int64_t output = 768;
  std::int64_t frames = 8;
  // 32 tokens, longer texts are cut.
  static clip::TextConfig text() { return {.context = 32, .vocabulary = 49408, .width = 768, .depth = 12, .heads = 12, .output = 768}; }
};

struct VideoTower {
  ViclipConfig config;
  at::Tensor class_token, positions, times, patch_weight, projection;  // times [1, frames, D]
  nn::LayerNorm norm_before, norm_after;
  std::vector<nn::PrenormBlock> blocks;

  // `params`: below "vision_encoder.".
  static VideoTower load(const ViclipConfig& config, const nn::Params& params);
  // Normalised RGB [frames, 3, image, image] of one clip -> [1, output], not normalised.
  at::Tensor operator()(const at::Tensor& frames) const;
};

}  // namespace gallop::models::viclip
