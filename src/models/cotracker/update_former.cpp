#include "models/cotracker/update_former.h"

namespace gallop::models::cotracker {
namespace {

UpdateFormer::Block load_block(const TrackerConfig& config, const nn::Params& params, bool cross) {
  const auto width = config.hidden;
  const auto attention = params / (cross ? "cross_attn" : "attn");
  return {.query = nn::Linear::load(attention / "to_q", width, width),
          .memory = nn::Linear::load(attention / "to_kv", width, 2 * width),
          .output = nn::Linear::load(attention / "to_out", width, width),
          .fc1 = nn::Linear::load(params / "mlp" / "fc1", width, 4 * width),
          .fc2 = nn::Linear::load(params / "mlp" / "fc2", 4 * width, width),
          .context_norm = cross ? nn::LayerNorm::load(params / "norm_context", width, 1e-5) : nn::LayerNorm{},
          .heads = config.heads};
}

at::Tensor plain_norm(const at::Tensor& x) { return at::layer_norm(x, {x.size(-1)}, {}, {}, 1e-6); }

}  // namespace

at::Tensor UpdateFormer::Block::operator()(const at::Tensor& x, const at::Tensor& context) const {
  const auto split = [&](const at::Tensor& rows) {
    return rows.view({rows.size(0), rows.size(1), heads, rows.size(2) / heads}).transpose(1, 2);
  };
  const auto normed = plain_norm(x);
  const auto seen = memory(context.defined() ? context_norm(context) : normed).chunk(2, 2);
  const auto attended = at::scaled_dot_product_attention(split(query(normed)), split(seen[0].contiguous()), split(seen[1].contiguous()));
  const auto y = output(attended.transpose(1, 2).reshape(x.sizes())).add_(x);
  return fc2(at::gelu(fc1(plain_norm(y)), "tanh")).add_(y);
}

UpdateFormer UpdateFormer::load(const TrackerConfig& config, const nn::Params& params) {
  UpdateFormer former{.config = config,
                      .input = nn::Linear::load(params / "input_transform", config.input(), config.hidden),
                      .output = nn::Linear::load(params / "flow_head", config.hidden, 2 + config.channels),
                      .virtual_tracks = params("virual_tracks", {1, config.virtual_tracks, 1, config.hidden}).squeeze(0),
                      .layers = {}};
  for (std::int64_t i = 0; i < config.depth; ++i)
    former.layers.push_back({.time = load_block(config, params / "time_blocks" / i, false),
                             .gather = load_block(config, params / "space_virtual2point_blocks" / i, true),
                             .exchange = load_block(config, params / "space_virtual_blocks" / i, false),
                             .scatter = load_block(config, params / "space_point2virtual_blocks" / i, true)});
  return former;
}

at::Tensor UpdateFormer::operator()(const at::Tensor& x) const {
  const auto points = x.size(0), frames = x.size(1);
  auto tokens = at::cat({input(x), virtual_tracks.expand({config.virtual_tracks, frames, config.hidden})});  // [N + V, S, D]
  for (const auto& layer : layers) {
    const auto by_frame = layer.time(tokens).transpose(0, 1);  // [S, N + V, D]
    const auto tracks = by_frame.narrow(1, 0, points).contiguous();
    const auto virtual_tokens = layer.exchange(layer.gather(by_frame.narrow(1, points, config.virtual_tracks).contiguous(), tracks));
    tokens = at::cat({layer.scatter(tracks, virtual_tokens), virtual_tokens}, 1).transpose(0, 1).contiguous();
  }
  return output(tokens.narrow(0, 0, points));
}

}  // namespace gallop::models::cotracker
