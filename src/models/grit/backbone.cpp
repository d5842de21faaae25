#include "models/grit/backbone.h"

#include <algorithm>

#include "nn/windows.h"

namespace gallop::models::grit {
namespace {

// Values of the additive mask that are made at a time: bounds the memory of global blocks.
constexpr std::int64_t kMaskValues = 32 << 20;

// [S, S, d]: row (y, y') is the table's entry for y - y'. Tables of another length are resampled linearly.
at::Tensor relative_table(const at::Tensor& stored, std::int64_t side) {
  const auto length = 2 * side - 1;
  auto table = stored;
  if (table.size(0) != length)
    table = at::upsample_bilinear2d(stored.t().contiguous().view({1, stored.size(1), 1, stored.size(0)}), {1, length}, false)
                .view({stored.size(1), length})
                .t();
  const auto steps = at::arange(side, at::kLong);
  const auto distance = steps.unsqueeze(1) - steps.unsqueeze(0) + (side - 1);
  return table.index_select(0, distance.view({-1}).to(table.device())).view({side, side, -1});
}

// The position term of every pair of cells, [B, heads, h w, h w]: q[y, x] . rows[y - y'] + q[y, x] . columns[x - x'].
//   queries [B, heads, h, w, d], not scaled.
at::Tensor position_term(const at::Tensor& queries, const at::Tensor& rows, const at::Tensor& columns) {
  const auto batch = queries.size(0), heads = queries.size(1), height = queries.size(2), width = queries.size(3), d = queries.size(4);
  const auto by_row = queries.permute({2, 0, 1, 3, 4}).reshape({height, batch * heads * width, d}).bmm(rows.transpose(1, 2));
  const auto by_column = queries.permute({3, 0, 1, 2, 4}).reshape({width, batch * heads * height, d}).bmm(columns.transpose(1, 2));
  const auto vertical = by_row.view({height, batch, heads, width, height}).permute({1, 2, 0, 3, 4});
  const auto horizontal = by_column.view({width, batch, heads, height, width}).permute({1, 2, 3, 0, 4});
  return (vertical.unsqueeze(5) + horizontal.unsqueeze(4)).reshape({batch, heads, height * width, height * width});
}

// x [B, h, w, D] -> [B, h, w, D] before the output projection.
at::Tensor attend(const Backbone::Block& block, const at::Tensor& x) {
  const auto batch = x.size(0), height = x.size(1), width = x.size(2), wide = x.size(3), heads = block.layers.heads,
             tokens = height * width;
  const auto parts = block.layers.qkv(x).view({batch, tokens, 3, heads, wide / heads}).permute({2, 0, 3, 1, 4}).unbind(0);
  const auto rows = relative_table(block.rows, height), columns = relative_table(block.columns, width);
  auto out = at::empty({batch, heads, tokens, wide / heads}, x.options());
  // A few windows or a few heads at a time.
  const auto together = std::max<std::int64_t>(1, kMaskValues / (tokens * tokens));
  const auto images = std::clamp<std::int64_t>(together / heads, 1, batch), few = std::min(heads, together);
  for (std::int64_t first = 0; first < batch; first += images)
    for (std::int64_t head = 0; head < heads; head += few) {
      const auto part = [&](const at::Tensor& all) {
        return all.narrow(0, first, std::min(images, batch - first)).narrow(1, head, std::min(few, heads - head));
      };
      const auto queries = part(parts[0]);
      const auto mask = position_term(queries.reshape({queries.size(0), queries.size(1), height, width, wide / heads}), rows, columns);
      part(out).copy_(at::scaled_dot_product_attention(queries, part(parts[1]), part(parts[2]), mask));
    }
  return out.transpose(1, 2).reshape({batch, height, width, wide});
}

}  // namespace

at::Tensor Backbone::Block::operator()(const at::Tensor& x, std::int64_t window) const {
  const auto normed = layers.norm1(x);
  // The padding of the windows takes part in the attention, unmasked (vbench.md 16.1, quirk 23).
  const auto seen =
      windowed ? nn::from_windows(attend(*this, nn::to_windows(normed, window)), x.size(1), x.size(2)) : attend(*this, normed);
  const auto y = layers.proj(seen).add_(x);
  return layers.fc2(at::gelu(layers.fc1(layers.norm2(y)))).add_(y);
}

Backbone Backbone::load(const GritConfig& config, const nn::Params& params) {
  Backbone model{.config = config,
                 .patch_weight = params("patch_embed.proj.weight", {config.width, 3, config.patch, config.patch}),
                 .patch_bias = params("patch_embed.proj.bias", {config.width}),
                 .positions = params("pos_embed", {1, 1 + config.positions * config.positions, config.width}),
                 .blocks = {}};
  for (std::int64_t i = 0; i < config.depth; ++i) {
    const auto block = params / "blocks" / i;
    const auto side = config.windowed(i) ? config.window : config.trained, d = config.width / config.heads;
    model.blocks.push_back({.layers = nn::load_vit_block(block, config.width, config.heads, false),
                            .rows = block("attn.rel_pos_h", {2 * side - 1, d}),
                            .columns = block("attn.rel_pos_w", {2 * side - 1, d}),
                            .windowed = config.windowed(i)});
  }
  return model;
}

at::Tensor Backbone::embed(const at::Tensor& image) const {
  const auto cells = at::conv2d(image, patch_weight, patch_bias, config.patch).permute({0, 2, 3, 1});
  auto table = positions.slice(1, 1).reshape({1, config.positions, config.positions, config.width});
  if (cells.size(1) != config.positions || cells.size(2) != config.positions)
    table = at::upsample_bicubic2d(table.permute({0, 3, 1, 2}).contiguous(), {cells.size(1), cells.size(2)}, false).permute({0, 2, 3, 1});
  return (cells + table).contiguous();
}

at::Tensor Backbone::operator()(const at::Tensor& image) const {
  auto x = embed(image);
  for (const auto& block : blocks) x = block(x, config.window);
  return x.permute({0, 3, 1, 2});
}

std::vector<at::Tensor> Backbone::stages(const at::Tensor& image) const {
  std::vector<at::Tensor> all = {embed(image)};
  for (const auto& block : blocks) all.push_back(block(all.back(), config.window));
  return all;
}

}  // namespace gallop::models::grit
