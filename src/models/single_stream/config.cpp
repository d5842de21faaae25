#include "models/single_stream/config.h"

#include "base/check.h"

namespace gallop::models::single_stream {
namespace {

std::vector<std::int64_t> shape_of(const weights::TensorMap& tensors, const std::string& name, std::int64_t rank,
                                   const std::string& where) {
  const auto found = tensors.find(name);
  GALLOP_CHECK(found != tensors.end(), ModelError,
               "{}: tensor \"{}\" is missing; this is no joint audio-video transformer or an incomplete copy", where, name);
  GALLOP_CHECK(found->second.dim() == rank, ModelError, "{}: tensor \"{}\" is [{}], expected {} dimension(s)", where, name,
               fmt::join(found->second.sizes(), ", "), rank);
  return found->second.sizes().vec();
}

LayerKind kind_of(const weights::TensorMap& tensors, std::int64_t index, JointConfig& config, const std::string& where) {
  const auto layer = fmt::format("block.layers.{}.", index);
  const auto norm = shape_of(tensors, layer + "attention.q_norm.weight", 1, where)[0];
  GALLOP_CHECK(norm == config.head_dim || norm == 3 * config.head_dim, ModelError,
               "{}: \"{}attention.q_norm.weight\" has {} entries, expected {} or {}", where, layer, norm, config.head_dim,
               3 * config.head_dim);
  LayerKind kind;
  kind.experts = norm == 3 * config.head_dim;
  const std::int64_t slices = kind.experts ? 3 : 1;
  const auto up = shape_of(tensors, layer + "mlp.up_gate_proj.weight", 2, where)[0];
  const auto hidden = shape_of(tensors, layer + "mlp.down_proj.weight", 2, where)[1];
  GALLOP_CHECK(up == slices * hidden || up == 2 * slices * hidden, ModelError,
               "{}: \"{}mlp.up_gate_proj.weight\" has {} rows for a hidden width of {}, expected {} or {}", where, layer, up, hidden,
               slices * hidden, 2 * slices * hidden);
  kind.gated = up == 2 * slices * hidden;
  (kind.gated ? config.gated_width : config.plain_width) = hidden;
  return kind;
}

}  // namespace

JointConfig JointConfig::published() {
  JointConfig config;
  for (int i = 0; i < 40; ++i) config.layers.push_back({.experts = i < 4 || i >= 36, .gated = i >= 4});
  return config;
}

JointConfig JointConfig::from_tensors(const weights::TensorMap& tensors, const std::string& where) {
  JointConfig config;
  const auto video = shape_of(tensors, "adapter.video_embedder.weight", 2, where);
  config.width = video[0];
  config.video_features = video[1];
  config.audio_features = shape_of(tensors, "adapter.audio_embedder.weight", 2, where)[1];
  config.text_features = shape_of(tensors, "adapter.text_embedder.weight", 2, where)[1];
  config.head_dim = 8 * shape_of(tensors, "adapter.rope.bands", 1, where)[0];
  GALLOP_CHECK(config.head_dim > 0 && config.width % config.head_dim == 0 && config.video_features % 4 == 0, ModelError,
               "{}: width {} with {} rotary bands and {} video features is no shape of this class", where, config.width,
               config.head_dim / 8, config.video_features);
  while (tensors.contains(fmt::format("block.layers.{}.attention.pre_norm.weight", config.depth()))) {
    const auto kind = kind_of(tensors, config.depth(), config, where);
    config.layers.push_back(kind);
  }
  GALLOP_CHECK(config.depth() > 0 && config.depth() <= 1024, ModelError, "{}: {} layers found, expected 1 to 1024", where, config.depth());
  const auto rows = shape_of(tensors, "block.layers.0.attention.linear_qkv.weight", 2, where)[0] / config.experts(0);
  const auto rest = rows - config.width - config.heads();
  config.kv_heads = rest / (2 * config.head_dim);
  GALLOP_CHECK(rest > 0 && rest % (2 * config.head_dim) == 0 && config.heads() % config.kv_heads == 0, ModelError,
               "{}: \"block.layers.0.attention.linear_qkv.weight\" has {} rows a slice; with {} query heads no number of key heads fits",
               where, rows, config.heads());
  return config;
}

JointConfig JointConfig::with_local_attention() const {
  auto config = *this;
  for (std::size_t i = 0; i < config.layers.size(); ++i) config.layers[i].local = i % 4 != 3 || i >= 32;
  return config;
}

}  // namespace gallop::models::single_stream
