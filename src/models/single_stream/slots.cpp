// Names and shapes of the transformer's tensors (single_stream.md 2.10), and how they are taken and placed.
#include "base/check.h"
#include "models/single_stream/transformer.h"

namespace gallop::models::single_stream {
namespace {

template <class Part, class Visit>
Part placed(const Part& part, at::ScalarType dtype, at::Device device, const Visit& walk) {
  const c10::InferenceMode guard;
  Part copy = part;
  walk(copy, [&](const JointSlot& slot, at::Tensor& value) { value = value.to(device, slot.keeps_float32 ? at::kFloat : dtype); });
  return copy;
}

JointGlobals placed_globals(const JointConfig& config, const JointWeights& weights, at::ScalarType dtype, at::Device device) {
  return placed(weights.globals, dtype, device, [&](JointGlobals& copy, const JointVisitor& place) { visit(copy, config, place); });
}

JointBlock placed_block(const JointConfig& config, const JointBlock& block, std::int64_t index, at::ScalarType dtype, at::Device device) {
  return placed(block, dtype, device, [&](JointBlock& copy, const JointVisitor& place) { visit(copy, index, config, place); });
}

}  // namespace

void visit(JointGlobals& globals, const JointConfig& config, const JointVisitor& visitor) {
  const auto width = config.width;
  const auto embedder = [&](const std::string& name, std::int64_t features, nn::Linear& linear) {
    visitor({"adapter." + name + ".weight", {width, features}, true}, linear.weight);
    visitor({"adapter." + name + ".bias", {width}, true}, linear.bias);
  };
  embedder("video_embedder", config.video_features, globals.video_in);
  embedder("audio_embedder", config.audio_features, globals.audio_in);
  embedder("text_embedder", config.text_features, globals.text_in);
  visitor({"final_norm_video.weight", {width}, true}, globals.video_norm);
  visitor({"final_norm_audio.weight", {width}, true}, globals.audio_norm);
  visitor({"final_linear_video.weight", {config.video_features, width}, true}, globals.video_out.weight);
  visitor({"final_linear_audio.weight", {config.audio_features, width}, true}, globals.audio_out.weight);
}

void visit(JointBlock& block, std::int64_t index, const JointConfig& config, const JointVisitor& visitor) {
  const auto& kind = config.layers[static_cast<std::size_t>(index)];
  const auto e = config.experts(index), width = config.width, hidden = kind.gated ? config.gated_width : config.plain_width;
  const auto tensor = [&](const char* name, std::vector<std::int64_t> shape, at::Tensor& value) {
    const bool is_norm = shape.size() == 1;
    visitor({fmt::format("block.layers.{}.{}.weight", index, name), std::move(shape), is_norm}, value);
  };
  tensor("attention.pre_norm", {e * width}, block.attention_norm);
  tensor("attention.linear_qkv", {e * config.qkv_rows(), width}, block.qkv);
  tensor("attention.q_norm", {e * config.head_dim}, block.q_norm);
  tensor("attention.k_norm", {e * config.head_dim}, block.k_norm);
  tensor("attention.linear_proj", {e * width, width}, block.proj);
  tensor("mlp.pre_norm", {e * width}, block.mlp_norm);
  tensor("mlp.up_gate_proj", {e * hidden * (kind.gated ? 2 : 1), width}, block.up);
  tensor("mlp.down_proj", {e * width, hidden}, block.down);
}

std::vector<JointSlot> transformer_slots(const JointConfig& config) {
  std::vector<JointSlot> slots{{"adapter.rope.bands", {config.bands()}, true}};
  const JointVisitor collect = [&](const JointSlot& slot, at::Tensor&) { slots.push_back(slot); };
  JointGlobals globals;
  visit(globals, config, collect);
  JointBlock block;
  for (std::int64_t i = 0; i < config.depth(); ++i) visit(block, i, config, collect);
  return slots;
}

JointWeights take_transformer(weights::WeightMap& weights, const JointConfig& config) {
  const JointVisitor take = [&](const JointSlot& slot, at::Tensor& value) { value = weights.take(slot.name, slot.shape); };
  JointWeights taken;
  visit(taken.globals, config, take);
  taken.blocks.resize(config.layers.size());
  for (std::int64_t i = 0; i < config.depth(); ++i) visit(taken.blocks[static_cast<std::size_t>(i)], i, config, take);
  const auto bands = weights.take("adapter.rope.bands", {config.bands()});
  if (!bands.is_meta()) {
    const double gap = (bands.to(at::kFloat) - rotary_bands(config.bands())).abs().max().item<double>();
    GALLOP_CHECK(
        gap < 5e-3, ModelError,
        "tensor \"adapter.rope.bands\" differs by {} from the frequencies of this class; another kind of position is not supported", gap);
  }
  return taken;
}

JointTransformer JointTransformer::resident(const JointConfig& config, const JointWeights& weights, at::ScalarType dtype,
                                            at::Device device) {
  std::vector<JointBlock> blocks;
  for (std::size_t i = 0; i < weights.blocks.size(); ++i)
    blocks.push_back(placed_block(config, weights.blocks[i], static_cast<std::int64_t>(i), dtype, device));
  return JointTransformer(config, placed_globals(config, weights, dtype, device),
                          std::make_unique<ResidentBlockSource<JointBlock>>(std::move(blocks)), dtype);
}

JointTransformer JointTransformer::streamed(const JointConfig& config, const JointWeights& weights, at::ScalarType dtype,
                                            at::Device device) {
  const auto fetch = [config, stored = weights.blocks, dtype, device](std::int64_t index) {
    return placed_block(config, stored[static_cast<std::size_t>(index)], index, dtype, device);
  };
  return JointTransformer(config, placed_globals(config, weights, dtype, device),
                          std::make_unique<StreamedBlockSource<JointBlock>>(config.depth(), fetch), dtype);
}

}  // namespace gallop::models::single_stream
