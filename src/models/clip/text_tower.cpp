#include "models/clip/text_tower.h"

#include "base/check.h"

namespace gallop::models::clip {

TextTower TextTower::load(const TextConfig& config, const nn::Params& params) {
  TextTower tower{.config = config,
                  .embedding = params("token_embedding.weight", {config.vocabulary, config.width}),
                  .positions = params("positional_embedding", {config.context, config.width}),
                  .projection = params("text_projection", {config.width, config.output}),
                  .blocks = {},
                  .norm = nn::LayerNorm::load(params / "ln_final", config.width, 1e-5)};
  for (std::int64_t i = 0; i < config.depth; ++i)
    tower.blocks.push_back(nn::load_clip_block(params / "transformer" / "resblocks" / i, config.width, config.heads));
  return tower;
}

at::Tensor TextTower::operator()(const at::Tensor& tokens) const {
  GALLOP_ASSERT(tokens.dim() == 2 && tokens.size(1) == config.context);
  auto x =
      embedding.index_select(0, tokens.reshape({-1})).view({tokens.size(0), config.context, config.width}).to(projection.scalar_type());
  x = x + positions.to(x.scalar_type());
  for (const auto& block : blocks) x = block(x, true);
  const auto rows = at::arange(tokens.size(0), tokens.options());
  const auto end = nn::normed(norm, x.index({rows, tokens.argmax(1)}));
  return end.matmul(projection);
}

}  // namespace gallop::models::clip
