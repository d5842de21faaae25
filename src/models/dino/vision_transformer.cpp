#include "models/dino/vision_transformer.h"

namespace gallop::models::dino {

VisionTransformer VisionTransformer::load(const DinoConfig& config, const nn::Params& params) {
  const auto width = config.width, side = config.image / config.patch;
  VisionTransformer model{.config = config,
                          .class_token = params("cls_token", {1, 1, width}),
                          .positions = params("pos_embed", {1, 1 + side * side, width}),
                          .patches = {params("patch_embed.proj.weight", {width, 3, config.patch, config.patch}).flatten(1),
                                      params("patch_embed.proj.bias", {width})},
                          .blocks = {},
                          .norm = nn::LayerNorm::load(params / "norm", width, 1e-6)};
  model.patches.pack();
  for (std::int64_t i = 0; i < config.depth; ++i)
    model.blocks.push_back(nn::load_vit_block(params / "blocks" / i, width, config.heads, false));
  return model;
}

at::Tensor VisionTransformer::positions_for(std::int64_t height, std::int64_t width) const {
  const auto side = config.image / config.patch, rows = height / config.patch, columns = width / config.patch;
  if (rows * columns == side * side && height == width) return positions;
  const auto table = positions.slice(1, 1).reshape({1, side, side, config.width}).permute({0, 3, 1, 2});
  // The reference resizes by scale factors (rows + 0.1) / side and steps by their inverse, so even an axis that keeps its
  // length is resampled (vbench.md 16.1, quirk 7).
  const double vertical = (static_cast<double>(rows) + 0.1) / static_cast<double>(side);
  const double horizontal = (static_cast<double>(columns) + 0.1) / static_cast<double>(side);
  const auto resized = at::upsample_bicubic2d(table.contiguous(), {rows, columns}, false, vertical, horizontal);
  return at::cat({positions.slice(1, 0, 1), resized.permute({0, 2, 3, 1}).reshape({1, rows * columns, config.width})}, 1);
}

at::Tensor VisionTransformer::operator()(const at::Tensor& images) const {
  const auto batch = images.size(0), patch = config.patch, rows = images.size(2) / patch, columns = images.size(3) / patch;
  const auto pixels = images.slice(2, 0, rows * patch)
                          .slice(3, 0, columns * patch)
                          .reshape({batch, 3, rows, patch, columns, patch})
                          .permute({0, 2, 4, 1, 3, 5})
                          .reshape({batch, rows * columns, 3 * patch * patch});
  const auto table = positions_for(images.size(2), images.size(3));
  const auto first = class_token.expand({batch, 1, config.width});
  return norm(nn::run_to_first_token(blocks, at::cat({first, patches(pixels)}, 1).add_(table)));
}

}  // namespace gallop::models::dino
