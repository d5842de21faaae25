// Five feature maps from the one of a plain ViT (Li et al. 2022; vbench.md 5.7.2).
#pragma once

#include <array>

#include "models/grit/config.h"
#include "nn/layers.h"

namespace gallop::models::grit {

struct Pyramid {
  static constexpr std::array<std::int64_t, 5> kStrides = {8, 16, 32, 64, 128};
  using Levels = std::array<at::Tensor, 5>;  // [1, C, h, w] each

  // 1x1, norm, 3x3, norm; the norms are over the channels of each pixel.
  struct Lateral {
    nn::Conv2d reduce, smooth;
    nn::LayerNorm reduced, smoothed;
    at::Tensor operator()(const at::Tensor& map) const;
  };

  at::Tensor upsample;  // transposed 2x2 convolution, stride 2
  std::array<Lateral, 3> laterals;
  nn::Conv2d p6, p7;

  static Pyramid load(const GritConfig& config, const nn::Params& params);
  // map [1, D, h, w] at stride 16.
  Levels operator()(const at::Tensor& map) const;
};

}  // namespace gallop::models::grit
