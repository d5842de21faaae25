#include "models/single_stream/cost.h"

#include <algorithm>

#include "models/single_stream/transformer.h"

namespace gallop::models::single_stream {
namespace {

std::int64_t elements(const JointSlot& slot) {
  std::int64_t count = 1;
  for (const auto side : slot.shape) count *= side;
  return count;
}

std::uint64_t bytes_of(const JointSlot& slot, std::uint64_t bytes_each) {
  return static_cast<std::uint64_t>(elements(slot)) * (slot.keeps_float32 ? 4 : bytes_each);
}

}  // namespace

std::int64_t attention_pairs(const Layout& layout, std::int64_t window, std::int64_t queries) {
  if (window < 0 || layout.frames <= window + 1) return queries * layout.total();
  std::int64_t frames_seen = 0;
  for (std::int64_t frame = 0; frame < layout.frames; ++frame)
    frames_seen += std::min(layout.frames - 1, frame + window) - std::max<std::int64_t>(0, frame - window) + 1;
  const auto per_frame = layout.per_frame(), rest = layout.total() - layout.video();
  return frames_seen * per_frame * per_frame + layout.video() * rest + (queries - layout.video()) * layout.total();
}

ForwardCost forward_cost(const JointConfig& config, const Layout& layout) {
  ForwardCost cost;
  const auto multiply = [](std::int64_t a, std::int64_t b, std::int64_t c) {
    return 2.0 * static_cast<double>(a) * static_cast<double>(b) * static_cast<double>(c);
  };
  cost.linear += 2.0 * multiply(layout.video(), config.video_features, config.width) +
                 2.0 * multiply(layout.audio, config.audio_features, config.width) +
                 multiply(layout.text, config.text_features, config.width);
  for (std::int64_t i = 0; i < config.depth(); ++i) {
    const auto& kind = config.layers[static_cast<std::size_t>(i)];
    const auto rows = i + 1 == config.depth() ? layout.video() + layout.audio : layout.total();
    const auto hidden = kind.gated ? config.gated_width : config.plain_width;
    cost.linear += multiply(layout.total(), config.width, config.qkv_rows()) + multiply(rows, config.width, config.width) +
                   multiply(rows, config.width, hidden * (kind.gated ? 2 : 1)) + multiply(rows, hidden, config.width);
    cost.attention +=
        4.0 * static_cast<double>(attention_pairs(layout, kind.local ? config.window : -1, rows)) * static_cast<double>(config.width);
  }
  return cost;
}

std::uint64_t weight_bytes(const JointConfig& config, std::uint64_t bytes_each) {
  std::uint64_t sum = 0;
  for (const auto& slot : transformer_slots(config)) sum += bytes_of(slot, bytes_each);
  return sum;
}

std::uint64_t block_bytes(const JointConfig& config, std::int64_t layer, std::uint64_t bytes_each) {
  std::uint64_t sum = 0;
  JointBlock block;
  visit(block, layer, config, [&](const JointSlot& slot, at::Tensor&) { sum += bytes_of(slot, bytes_each); });
  return sum;
}

std::int64_t parameters(const JointConfig& config) {
  std::int64_t sum = 0;
  for (const auto& slot : transformer_slots(config)) sum += elements(slot);
  return sum;
}

std::uint64_t activation_bytes(const JointConfig& config, const Layout& layout, std::uint64_t bytes_each, std::int64_t chunk_rows) {
  const auto rows = static_cast<std::uint64_t>(layout.total()), width = static_cast<std::uint64_t>(config.width);
  const auto kv = static_cast<std::uint64_t>(config.kv_heads * config.head_dim);
  const auto chunk = std::min(rows, static_cast<std::uint64_t>(chunk_rows));
  const auto residual = rows * width * 4, tables = rows * static_cast<std::uint64_t>(6 * config.bands()) * 4;
  const auto heads = rows * (2 * width + 2 * kv) * bytes_each;  // q, k, v and the attention output
  const auto widest = static_cast<std::uint64_t>(std::max({2 * config.gated_width, config.plain_width, config.qkv_rows()}));
  // A piece exists in the compute type and, around its activation, in float32, whole and halved.
  return residual + tables + heads + chunk * (widest * (bytes_each + 6) + width * (bytes_each + 4));
}

}  // namespace gallop::models::single_stream
