// The ViT of GRiT: windowed attention with decomposed relative positions (vbench.md 5.7.2).
#pragma once

#include <vector>

#include "models/grit/config.h"
#include "nn/prenorm_block.h"

namespace gallop::models::grit {

struct Backbone {
  struct Block {
    nn::PrenormBlock layers;
    at::Tensor rows, columns;  // relative tables, [2 S - 1, D / heads] for the S they were trained for
    bool windowed = true;
    // x [B, h, w, D] -> the same.
    at::Tensor operator()(const at::Tensor& x, std::int64_t window) const;
  };

  GritConfig config;
  at::Tensor patch_weight, patch_bias, positions;
  std::vector<Block> blocks;

  static Backbone load(const GritConfig& config, const nn::Params& params);
  // Normalised RGB [1, 3, H, W], sides multiples of the patch. -> [1, D, H / patch, W / patch]
  at::Tensor operator()(const at::Tensor& image) const;
  // [1, h, w, D] after the patch embedding and after each block: for tests.
  std::vector<at::Tensor> stages(const at::Tensor& image) const;

 private:
  at::Tensor embed(const at::Tensor& image) const;
};

}  // namespace gallop::models::grit
