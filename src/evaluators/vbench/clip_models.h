// The parts of CLIP that the dimensions use, loaded apart so that nobody pays for the other tower.
#pragma once

#include "evaluators/vbench/model_cache.h"
#include "evaluators/vbench/text_features.h"
#include "models/clip/image_tower.h"

namespace gallop::evaluators::vbench {

struct ClipText {
  TextFeatures features;
  at::Tensor scale;  // logarithm of the factor on cosines
};

bool of_clip_image(const std::string& name);
// Whether a name is a tensor of a network: the published CLIP archives also carry three numbers that are not.
bool of_network(const std::string& name);
// Whether the reference holds a tensor in float16 on a GPU: all matrices and their biases, neither norms nor tables.
bool clip_half(const std::string& name);
std::shared_ptr<const models::clip::ImageTower> load_clip_image(const std::filesystem::path& weights, const Checkpoint& checkpoint,
                                                                const models::clip::ImageConfig& config, const LoadOptions& options);
std::shared_ptr<const ClipText> load_clip_text(const std::filesystem::path& weights, const LoadOptions& options);  // of ViT-B/32

}  // namespace gallop::evaluators::vbench
