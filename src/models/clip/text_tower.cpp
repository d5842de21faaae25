#include "models/clip/text_tower.h"

#include <algorithm>
#include <array>

#include "base/check.h"
#include "tensor/mapped_pages.h"

namespace gallop::models::clip {

TextTower TextTower::load(const TextConfig& config, const nn::Params& params) {
  TextTower tower{.config = config,
                  .embedding = params("token_embedding.weight", {config.vocabulary, config.width}),
                  .positions = params("positional_embedding", {config.context, config.width}),
                  .projection = params("text_projection", {config.width, config.output}),
                  .blocks = {},
                  .norm = nn::LayerNorm::load(params / "ln_final", config.width, 1e-5)};
  for (std::int64_t i = 0; i < config.depth; ++i)
    tower.blocks.push_back(nn::load_clip_block(params / "transformer" / "resblocks" / i, config.width, config.heads, nn::Kept::stored));
  return tower;
}

at::Tensor TextTower::operator()(const at::Tensor& tokens) const {
  GALLOP_ASSERT(tokens.dim() == 2 && tokens.size(1) == config.context);
  auto x =
      embedding.index_select(0, tokens.reshape({-1})).view({tokens.size(0), config.context, config.width}).to(projection.scalar_type());
  x = x + positions.to(x.scalar_type());
  tensor::drop_mapped_pages(embedding);
  for (const auto& block : blocks) {
    x = block.in(x.scalar_type())(x, true);
    block.drop_pages();
  }
  const auto rows = at::arange(tokens.size(0), tokens.options());
  const auto end = nn::normed(norm, x.index({rows, tokens.argmax(1)}));
  return end.matmul(projection);
}

bool kept_as_stored(const std::string& name) {
  constexpr std::array<std::string_view, 5> kMatrices = {"in_proj_weight", "out_proj.weight", "c_fc.weight", "c_proj.weight",
                                                         "token_embedding.weight"};
  return std::any_of(kMatrices.begin(), kMatrices.end(), [&](std::string_view end) { return name.ends_with(end); });
}

}  // namespace gallop::models::clip
