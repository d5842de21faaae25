#include "models/tag2text/swin.h"

#include <algorithm>

#include "nn/windows.h"

namespace gallop::models::tag2text {
namespace {

// Entry of the stored table for each pair of cells of a window: [window^2 * window^2].
at::Tensor pair_index(std::int64_t window) {
  const auto steps = at::arange(window, at::kLong);
  const auto rows = steps.unsqueeze(1).expand({window, window}).reshape({-1}),
             columns = steps.unsqueeze(0).expand({window, window}).reshape({-1});
  const auto down = rows.unsqueeze(1) - rows.unsqueeze(0) + (window - 1),
             across = columns.unsqueeze(1) - columns.unsqueeze(0) + (window - 1);
  return (down * (2 * window - 1) + across).reshape({-1});
}

// After a cyclic shift the last rows and columns hold cells from the other side of the picture: regions 0, 1, 2 along each axis.
at::Tensor shift_mask(std::int64_t side, std::int64_t window, std::int64_t shift) {
  auto axis = at::zeros({side}, at::kFloat);
  axis.slice(0, side - window, side - shift).fill_(1.0);
  axis.slice(0, side - shift).fill_(2.0);
  const auto regions = (axis.unsqueeze(1) * 3.0 + axis.unsqueeze(0)).view({1, side, side, 1});
  const auto cells = nn::to_windows(regions, window).reshape({-1, window * window});
  return ((cells.unsqueeze(1) - cells.unsqueeze(2)) != 0).to(at::kFloat).mul(-100.0).unsqueeze(1);
}

at::Tensor attend(const nn::PrenormBlock& layers, const at::Tensor& windows, const at::Tensor& mask) {
  const auto batch = windows.size(0), tokens = windows.size(1) * windows.size(2), width = windows.size(3), heads = layers.heads;
  const auto parts = layers.qkv(windows).view({batch, tokens, 3, heads, width / heads}).permute({2, 0, 3, 1, 4}).unbind(0);
  return at::scaled_dot_product_attention(parts[0], parts[1], parts[2], mask).transpose(1, 2).reshape(windows.sizes());
}

at::Tensor run_block(const Swin::Block& block, const at::Tensor& x, const at::Tensor& mask, std::int64_t window) {
  auto normed = block.layers.norm1(x);
  if (block.shift > 0) normed = normed.roll({-block.shift, -block.shift}, {1, 2});
  const auto windows = nn::to_windows(normed, window);
  auto bias = block.bias;
  if (block.shift > 0) bias = (bias + mask).repeat({x.size(0), 1, 1, 1});
  auto seen = nn::from_windows(attend(block.layers, windows, bias), x.size(1), x.size(2));
  if (block.shift > 0) seen = seen.roll({block.shift, block.shift}, {1, 2});
  const auto y = block.layers.proj(seen).add_(x);
  return block.layers.fc2(at::gelu(block.layers.fc1(block.layers.norm2(y)))).add_(y);
}

}  // namespace

at::Tensor Swin::Stage::operator()(at::Tensor x, std::int64_t window) const {
  for (const auto& block : blocks) x = run_block(block, x, mask, window);
  if (!merge.weight.defined()) return x;
  const auto corner = [&](std::int64_t row, std::int64_t column) {
    return x.slice(1, row, std::nullopt, 2).slice(2, column, std::nullopt, 2);
  };
  return merge(merge_norm(at::cat({corner(0, 0), corner(1, 0), corner(0, 1), corner(1, 1)}, 3)));
}

Swin Swin::load(const SwinConfig& config, const nn::Params& params) {
  const auto patch = params / "patch_embed";
  Swin swin{.config = config,
            .patch_weight = patch("proj.weight", {config.width, 3, config.patch, config.patch}),
            .patch_bias = patch("proj.bias", {config.width}),
            .patch_norm = nn::LayerNorm::load(patch / "norm", config.width, 1e-5),
            .norm = nn::LayerNorm::load(params / "norm", config.output(), 1e-5),
            .stages = {}};
  auto side = config.image / config.patch, width = config.width;
  for (std::size_t s = 0; s < config.depths.size(); ++s, side /= 2, width *= 2) {
    const auto layer = params / "layers" / static_cast<std::int64_t>(s);
    const auto window = std::min(config.window, side), heads = config.heads[s];
    Stage stage;
    const auto index = pair_index(window);
    for (std::int64_t b = 0; b < config.depths[s]; ++b) {
      const auto block = layer / "blocks" / b;
      auto layers = nn::load_vit_block(block, width, heads, false);
      layers.norm1.eps = layers.norm2.eps = 1e-5;
      const auto table = block("attn.relative_position_bias_table", {(2 * window - 1) * (2 * window - 1), heads});
      const auto bias =
          table.index_select(0, index).view({window * window, window * window, heads}).permute({2, 0, 1}).contiguous().unsqueeze(0);
      // A grid of one window has nothing to shift.
      stage.blocks.push_back({.layers = layers, .bias = bias, .shift = b % 2 == 1 && side > window ? window / 2 : 0});
    }
    if (side > window) stage.mask = shift_mask(side, window, window / 2);
    if (s + 1 < config.depths.size()) {
      stage.merge_norm = nn::LayerNorm::load(layer / "downsample" / "norm", 4 * width, 1e-5);
      stage.merge = nn::Linear::load(layer / "downsample" / "reduction", 4 * width, 2 * width, false);
    }
    swin.stages.push_back(std::move(stage));
  }
  return swin;
}

at::Tensor Swin::operator()(const at::Tensor& images) const {
  auto x = patch_norm(at::conv2d(images, patch_weight, patch_bias, config.patch).permute({0, 2, 3, 1}));
  for (const auto& stage : stages) x = stage(x, std::min(config.window, x.size(1)));
  const auto cells = norm(x).flatten(1, 2);
  return at::cat({cells.mean({1}, true), cells}, 1);
}

}  // namespace gallop::models::tag2text
