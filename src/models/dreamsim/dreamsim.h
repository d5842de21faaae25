// The DreamSim ensemble (Fu et al. 2023; vbench.md 8.3): three vision transformers of one size, their outputs in one vector.
#pragma once

#include <array>
#include <optional>
#include <vector>

#include "nn/prenorm_block.h"
#include "tensor/image_transforms.h"

namespace gallop::models::dreamsim {

struct DreamsimConfig {
  std::int64_t image = 224, patch = 16, width = 768, depth = 12, heads = 12, output = 512;
};

enum class Kind { dino, clip, open_clip };

struct Branch {
  Kind kind = Kind::dino;
  DreamsimConfig config;
  at::Tensor class_token, positions, patch_weight, patch_bias;
  std::optional<nn::LayerNorm> before, after;  // of the two CLIP branches; DINO gives its token before the last norm
  at::Tensor projection;                       // [D, output], of the two CLIP branches
  std::vector<nn::PrenormBlock> blocks;

  // Names of the DINO transformer, for the CLIP branches with pos_drop (a norm) and proj.
  static Branch load(Kind kind, const DreamsimConfig& config, const nn::Params& params);
  // RGB [B, 3, image, image] in 0..1 -> [B, D] or [B, output]
  at::Tensor operator()(const at::Tensor& images) const;
};

struct Dreamsim {
  std::array<Branch, 3> branches;  // DINO, CLIP, OpenCLIP
  // RGB [B, 3, 224, 224] in 0..1 -> [B, 1792]: without mean, of length one.
  at::Tensor operator()(const at::Tensor& images) const;
};

}  // namespace gallop::models::dreamsim
