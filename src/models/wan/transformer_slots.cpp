// Names and shapes of the transformer's tensors (wan.md 1.8).
#include "models/wan/transformer.h"

namespace gallop::models::wan {
namespace {

class Walk {
 public:
  Walk(std::string prefix, const SlotVisitor& visitor) : prefix_(std::move(prefix)), visitor_(visitor) {}
  void tensor(const std::string& name, std::vector<std::int64_t> shape, at::Tensor& value, bool keeps = false) const {
    visitor_({prefix_ + name, std::move(shape), keeps}, value);
  }
  void linear(const std::string& name, std::int64_t out, std::int64_t in, nn::WideLinear& value, bool keeps = false) const {
    tensor(name + ".weight", {out, in}, value.weight, keeps);
    tensor(name + ".bias", {out}, value.bias, keeps);
  }
  void attention(const std::string& name, std::int64_t width, bool image, WanAttention& value) const {
    linear(name + ".to_q", width, width, value.q);
    linear(name + ".to_k", width, width, value.k);
    linear(name + ".to_v", width, width, value.v);
    linear(name + ".to_out.0", width, width, value.out);
    tensor(name + ".norm_q.weight", {width}, value.norm_q);
    tensor(name + ".norm_k.weight", {width}, value.norm_k);
    if (!image) return;
    linear(name + ".add_k_proj", width, width, value.image_k);
    linear(name + ".add_v_proj", width, width, value.image_v);
    tensor(name + ".norm_added_k.weight", {width}, value.norm_image_k);
  }

 private:
  std::string prefix_;
  const SlotVisitor& visitor_;
};

}  // namespace

void visit(WanGlobals& globals, const WanConfig& config, const SlotVisitor& visitor) {
  const auto width = config.width();
  const Walk top("", visitor), embed("condition_embedder.", visitor);
  top.tensor("patch_embedding.weight", {width, config.in_channels, 1, 2, 2}, globals.patch.weight);
  top.tensor("patch_embedding.bias", {width}, globals.patch.bias);
  embed.linear("time_embedder.linear_1", width, config.freq_dim, globals.time_in, true);
  embed.linear("time_embedder.linear_2", width, width, globals.time_out, true);
  embed.linear("time_proj", 6 * width, width, globals.time_proj);
  embed.linear("text_embedder.linear_1", width, config.text_dim, globals.text_in);
  embed.linear("text_embedder.linear_2", width, width, globals.text_out);
  if (config.image_dim) {
    const auto image = *config.image_dim;
    embed.tensor("image_embedder.norm1.weight", {image}, globals.image_norm, true);
    embed.tensor("image_embedder.norm1.bias", {image}, globals.image_norm_bias, true);
    embed.linear("image_embedder.ff.net.0.proj", image, image, globals.image_in);
    embed.linear("image_embedder.ff.net.2", width, image, globals.image_out);
    embed.tensor("image_embedder.norm2.weight", {width}, globals.image_out_norm, true);
    embed.tensor("image_embedder.norm2.bias", {width}, globals.image_out_norm_bias, true);
    if (config.image_tokens) embed.tensor("image_embedder.pos_embed", {1, *config.image_tokens, image}, globals.image_positions);
  }
  top.tensor("scale_shift_table", {1, 2, width}, globals.table, true);
  top.linear("proj_out", 4 * config.out_channels, width, globals.head);
}

void visit(WanBlock& block, std::int64_t index, const WanConfig& config, const SlotVisitor& visitor) {
  const auto width = config.width();
  const Walk walk("blocks." + std::to_string(index) + ".", visitor);
  walk.tensor("scale_shift_table", {1, 6, width}, block.table, true);
  walk.attention("attn1", width, false, block.self);
  walk.attention("attn2", width, config.image_dim.has_value(), block.cross);
  walk.tensor("norm2.weight", {width}, block.cross_norm, true);
  walk.tensor("norm2.bias", {width}, block.cross_norm_bias, true);
  walk.linear("ffn.net.0.proj", config.ffn_dim, width, block.ffn_in);
  walk.linear("ffn.net.2", width, config.ffn_dim, block.ffn_out);
}

std::vector<TensorSlot> transformer_slots(const WanConfig& config) {
  std::vector<TensorSlot> slots;
  const SlotVisitor collect = [&](const TensorSlot& slot, at::Tensor&) { slots.push_back(slot); };
  WanGlobals globals;
  visit(globals, config, collect);
  WanBlock block;
  for (std::int64_t i = 0; i < config.layers; ++i) visit(block, i, config, collect);
  return slots;
}

WanWeights take_transformer(weights::WeightMap& weights, const WanConfig& config) {
  const SlotVisitor take = [&](const TensorSlot& slot, at::Tensor& value) { value = weights.take(slot.name, slot.shape); };
  WanWeights taken;
  visit(taken.globals, config, take);
  taken.blocks.resize(static_cast<std::size_t>(config.layers));
  for (std::int64_t i = 0; i < config.layers; ++i) {
    visit(taken.blocks[static_cast<std::size_t>(i)], i, config, take);
    weights.ignore("blocks." + std::to_string(i) + ".attn2.norm_added_q.weight");  // carried by old conversions, never used
  }
  return taken;
}

at::Tensor place_plainly(const std::string&, const at::Tensor& value, at::ScalarType dtype, at::Device device) {
  return value.to(device, dtype);
}

}  // namespace gallop::models::wan
