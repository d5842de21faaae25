#include "models/clip/image_tower.h"

#include "base/check.h"

namespace gallop::models::clip {

ImageTower ImageTower::load(const ImageConfig& config, const nn::Params& params) {
  const auto width = config.width, side = config.image / config.patch;
  ImageTower tower{.config = config,
                   .class_token = params("class_embedding", {width}),
                   .positions = params("positional_embedding", {1 + side * side, width}),
                   .patch_weight = params("conv1.weight", {width, 3, config.patch, config.patch}),
                   .projection = params("proj", {width, config.output}),
                   .norm_before = nn::LayerNorm::load(params / "ln_pre", width, 1e-5),
                   .norm_after = nn::LayerNorm::load(params / "ln_post", width, 1e-5),
                   .blocks = {}};
  for (std::int64_t i = 0; i < config.depth; ++i)
    tower.blocks.push_back(nn::load_clip_block(params / "transformer" / "resblocks" / i, width, config.heads));
  return tower;
}

at::Tensor ImageTower::operator()(const at::Tensor& images) const {
  GALLOP_ASSERT(images.size(2) == config.image && images.size(3) == config.image);
  const auto dtype = patch_weight.scalar_type();
  const auto patches = at::conv2d(images.to(dtype), patch_weight, {}, config.patch).flatten(2).transpose(1, 2);  // [B, N, D]
  const auto first = class_token.to(dtype).expand({images.size(0), 1, config.width});
  const auto tokens = nn::normed(norm_before, at::cat({first, patches}, 1).add_(positions.to(dtype)));
  return nn::normed(norm_after, nn::run_to_first_token(blocks, tokens)).matmul(projection);
}

}  // namespace gallop::models::clip
