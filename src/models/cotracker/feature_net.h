// Pictures to feature maps: a residual encoder whose four stages are brought to one size and mixed.
#pragma once

#include <vector>

#include "models/cotracker/config.h"
#include "nn/layers.h"

namespace gallop::models::cotracker {

struct FeatureNet {
  struct Block {
    nn::Conv2d conv1, conv2, shortcut;  // shortcut without weight: the input itself
    at::Tensor operator()(const at::Tensor& x) const;
  };
  TrackerConfig config;
  nn::Conv2d first, mix, last;
  std::vector<std::vector<Block>> stages;

  static FeatureNet load(const TrackerConfig& config, const nn::Params& params);
  // [1, 3, H, W] in -1..1 -> [1, channels, H / stride, W / stride]
  at::Tensor operator()(const at::Tensor& picture) const;
};

}  // namespace gallop::models::cotracker
