// The causal text transformer of CLIP and ViCLIP (Radford et al. 2021; vbench.md 5.2, 5.10).
#pragma once

#include <vector>

#include "nn/prenorm_block.h"

namespace gallop::models::clip {

struct TextConfig {
  std::int64_t context = 77;  // tokens of every text
  std::int64_t vocabulary = 49408;
  std::int64_t width = 512;
  std::int64_t depth = 12;
  std::int64_t heads = 8;
  std::int64_t output = 512;
};

struct TextTower {
  TextConfig config;
  at::Tensor embedding, positions, projection;  // [vocabulary, D], [context, D], [D, output]
  std::vector<nn::PrenormBlock> blocks;
  nn::LayerNorm norm;

  static TextTower load(const TextConfig& config, const nn::Params& params);
  // int64 [B, context], zero-padded after the end token, which is the largest id of a row. -> [B, output], not normalised.
  at::Tensor operator()(const at::Tensor& tokens) const;
};

}  // namespace gallop::models::clip
