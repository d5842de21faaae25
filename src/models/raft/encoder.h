// The residual encoders of RAFT: features (instance norm) and context (batch norm, folded into the convolutions).
#pragma once

#include <vector>

#include "nn/packed_conv.h"

namespace gallop::models::raft {

struct Encoder {
  struct Block {
    nn::PackedConv2d conv1, conv2;
    nn::PackedConv2d shortcut;  // not defined: identity
  };
  bool instance_norm = false;
  nn::PackedConv2d first, last;
  std::vector<Block> blocks;

  static Encoder load(const nn::Params& params, bool instance_norm);
  // [1, 3, H, W] in -1..1 -> [1, 256, H / 8, W / 8], channels_last
  at::Tensor operator()(const at::Tensor& image) const;
};

}  // namespace gallop::models::raft
