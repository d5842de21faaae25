#include "models/dreamsim/dreamsim.h"

namespace gallop::models::dreamsim {

Branch Branch::load(Kind kind, const DreamsimConfig& config, const nn::Params& params) {
  const auto width = config.width, side = config.image / config.patch;
  const bool dino = kind == Kind::dino;
  Branch branch{.kind = kind,
                .config = config,
                .class_token = params("cls_token", {1, 1, width}),
                .positions = params("pos_embed", {1, 1 + side * side, width}),
                .patch_weight = params("patch_embed.proj.weight", {width, 3, config.patch, config.patch}),
                .patch_bias = params("patch_embed.proj.bias", {width}),
                .before = std::nullopt,
                .after = std::nullopt,
                .projection = {},
                .blocks = {}};
  for (std::int64_t i = 0; i < config.depth; ++i) {
    branch.blocks.push_back(nn::load_vit_block(params / "blocks" / i, width, config.heads, false));
    if (dino) continue;
    branch.blocks.back().norm1.eps = branch.blocks.back().norm2.eps = 1e-5;
    if (kind == Kind::clip) branch.blocks.back().activation = nn::Activation::quick_gelu;
  }
  const auto after = nn::LayerNorm::load(params / "norm", width, 1e-5);
  if (dino) return branch;  // its last norm is in the file, and not used
  branch.before = nn::LayerNorm::load(params / "pos_drop", width, 1e-5);
  branch.after = after;
  branch.projection = params("proj", {width, config.output});
  return branch;
}

at::Tensor Branch::operator()(const at::Tensor& images) const {
  const auto& statistics = kind == Kind::dino ? tensor::kImageNetStatistics : tensor::kClipStatistics;
  const auto patches =
      at::conv2d(tensor::normalized(images, statistics), patch_weight, patch_bias, config.patch).flatten(2).transpose(1, 2);
  auto tokens = at::cat({class_token.expand({images.size(0), 1, config.width}), patches}, 1).add_(positions);
  if (before) tokens = (*before)(tokens);
  for (const auto& block : blocks) tokens = block(tokens);
  const auto first = tokens.select(1, 0);
  return after ? (*after)(first).matmul(projection) : first.contiguous();
}

at::Tensor Dreamsim::operator()(const at::Tensor& images) const {
  const auto all = at::cat({branches[0](images), branches[1](images), branches[2](images)}, 1);
  const auto centred = all - all.mean({1}, true);
  return centred / centred.norm(2, {1}, true);
}

}  // namespace gallop::models::dreamsim
