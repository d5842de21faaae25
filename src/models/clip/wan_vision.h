// The CLIP ViT-H/14 vision tower whose inner features condition Wan 2.1 on pictures (wan.md 1.12, 6.2).
#pragma once

#include <vector>

#include "nn/prenorm_block.h"
#include "weights/weight_map.h"

namespace gallop::models::clip {

// Any of the three namings to "vision_model.*": with or without that prefix, or the original "visual.*" with fused attention.
weights::TensorMap vision_tensors(weights::TensorMap tensors);

struct WanVision {
  at::Tensor class_token, positions, patch_weight;  // [D], [257, D], [D, 3, 14, 14]
  nn::LayerNorm norm_before;
  std::vector<nn::PrenormBlock> blocks;  // all but the last, which is not used

  // Width, depth and patch follow from the tensors; heads of 80 channels (the published tower) unless `heads` says otherwise.
  // Tensors after the used layers are ignored. ModelError.
  static WanVision load(const weights::TensorMap& tensors, const std::string& source, std::int64_t heads, at::ScalarType dtype,
                        at::Device device);
  // Normalised RGB float32 [B, 3, 224, 224] -> [B, 257, D], class token first.
  at::Tensor features(const at::Tensor& images) const;
};

// uint8 [H, W, 3] -> float32 [1, 3, 224, 224]: short side to 224 (Pillow's bicubic), middle crop, normalised.
at::Tensor vision_pixels(const at::Tensor& picture);

}  // namespace gallop::models::clip
