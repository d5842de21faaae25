#include "models/umt/vision_transformer.h"

#include "base/check.h"

namespace gallop::models::umt {

VisionTransformer VisionTransformer::load(const UmtConfig& config, const nn::Params& params) {
  const auto width = config.width;
  VisionTransformer model{.config = config,
                          .positions = params("pos_embed", {1, config.tokens(), width}),
                          .patch_weight = params("patch_embed.proj.weight", {width, 3, 1, config.patch, config.patch}).squeeze(2),
                          .patch_bias = params("patch_embed.proj.bias", {width}),
                          .blocks = {},
                          .norm = nn::LayerNorm::load(params / "fc_norm", width, 1e-6),
                          .head = nn::Linear::load(params / "head", width, config.classes)};
  for (std::int64_t i = 0; i < config.depth; ++i)
    model.blocks.push_back(nn::load_vit_block(params / "blocks" / i, width, config.heads, true));
  return model;
}

at::Tensor VisionTransformer::operator()(const at::Tensor& frames) const {
  GALLOP_ASSERT(frames.size(0) == config.frames && frames.size(2) == config.image && frames.size(3) == config.image);
  const auto patches = at::conv2d(frames, patch_weight, patch_bias, config.patch).flatten(2).transpose(1, 2);  // [T, N, D]
  auto tokens = patches.reshape({1, config.tokens(), config.width}) + positions;
  for (const auto& block : blocks) tokens = block(tokens);
  return head(norm(tokens.mean(1)));
}

}  // namespace gallop::models::umt
