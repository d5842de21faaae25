#include "models/viclip/video_tower.h"

#include "base/check.h"

namespace gallop::models::viclip {

VideoTower VideoTower::load(const ViclipConfig& config, const nn::Params& params) {
  const auto width = config.width, side = config.image / config.patch;
  VideoTower tower{.config = config,
                   .class_token = params("class_embedding", {width}),
                   .positions = params("positional_embedding", {1 + side * side, width}),
                   .times = params("temporal_positional_embedding", {1, config.frames, width}),
                   .patch_weight = params("conv1.weight", {width, 3, 1, config.patch, config.patch}).squeeze(2),
                   .projection = params("proj", {width, config.output}),
                   .norm_before = nn::LayerNorm::load(params / "ln_pre", width, 1e-5),
                   .norm_after = nn::LayerNorm::load(params / "ln_post", width, 1e-5),
                   .blocks = {}};
  for (std::int64_t i = 0; i < config.depth; ++i)
    tower.blocks.push_back(nn::load_clip_block(params / "transformer" / "resblocks" / i, width, config.heads));
  return tower;
}

at::Tensor VideoTower::operator()(const at::Tensor& frames) const {
  GALLOP_ASSERT(frames.size(0) == config.frames && frames.size(2) == config.image && frames.size(3) == config.image);
  auto patches = at::conv2d(frames, patch_weight, {}, config.patch).flatten(2).transpose(1, 2);  // [T, N, D]
  patches = patches + positions.slice(0, 1) + times.transpose(0, 1);
  // Only the class token of the first frame takes part. Attention does not depend on the order of the patches.
  const auto first = (class_token + positions.select(0, 0)).view({1, 1, config.width});
  const auto tokens = norm_before(at::cat({first, patches.reshape({1, -1, config.width})}, 1));
  return norm_after(nn::run_to_first_token(blocks, tokens)).matmul(projection);
}

}  // namespace gallop::models::viclip
