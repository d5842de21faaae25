// MUSIQ, the SPAQ weights (Ke et al. 2021; vbench.md 5.4): technical quality of one picture, about 0..100.
#pragma once

#include <vector>

#include "models/musiq/patches.h"
#include "nn/packed_conv.h"
#include "nn/prenorm_block.h"

namespace gallop::models::musiq {

struct MusiqConfig {
  std::int64_t width = 384;
  std::int64_t mlp = 1152;
  std::int64_t heads = 6;
  std::int64_t depth = 14;
};

struct Musiq {
  struct Normed {  // convolution with standardised weight, folded at load, and group norm of 32 groups
    nn::PackedConv2d conv;
    at::Tensor weight, bias;
    double eps = 1e-4;
    at::Tensor operator()(const at::Tensor& x, bool rectified = false) const;
  };
  MusiqConfig config;
  Normed root, conv1, conv2, conv3, shortcut;
  nn::PackedLinear embedding;  // 16384 -> width
  at::Tensor positions, scales, class_token;
  std::vector<nn::PrenormBlock> blocks;
  nn::LayerNorm norm;
  nn::Linear head;

  static Musiq load(const MusiqConfig& config, const nn::Params& params);
  // RGB float32 [1, 3, H, W] in 0..1 -> [1, 1], not clamped.
  at::Tensor operator()(const at::Tensor& image) const;
  at::Tensor embed(const at::Tensor& pixels) const;  // [N, 3, 32, 32] -> [N, width]

 private:
  at::Tensor features(const at::Tensor& pixels) const;  // [N, 3, 32, 32] -> [N, 16384]
};

}  // namespace gallop::models::musiq
