#include "models/umt5/encoder.h"

#include <cmath>

#include "base/check.h"

namespace gallop::models::umt5 {
namespace {

at::Tensor rms(const at::Tensor& x, const at::Tensor& weight, double eps) {
  const auto wide = x.to(at::kFloat);
  return weight * (wide * (wide.pow(2).mean(-1, true) + eps).rsqrt()).to(weight.scalar_type());
}

// The tanh form as separate operators, each of which rounds: what the reference does.
at::Tensor gelu_new(const at::Tensor& x) { return 0.5 * x * (1.0 + (std::sqrt(2.0 / 3.14159265358979323846) * (x + 0.044715 * x.pow(3.0))).tanh()); }

// [1, heads, n, n]
at::Tensor position_bias(const at::Tensor& table, std::int64_t length, const EncoderConfig& config) {
  std::vector<std::int64_t> buckets;
  for (std::int64_t query = 0; query < length; ++query)
    for (std::int64_t key = 0; key < length; ++key) buckets.push_back(position_bucket(key - query, config.buckets, config.max_distance));
  const auto index = at::tensor(buckets, at::kLong).to(table.device());
  return table.index_select(0, index).view({length, length, -1}).permute({2, 0, 1}).unsqueeze(0);
}

at::Tensor split(const at::Tensor& x, std::int64_t heads) { return x.view({1, x.size(0), heads, -1}).transpose(1, 2); }

std::string renamed(const std::string& name) {
  if (name == "token_embedding.weight") return "shared.weight";
  if (name == "norm.weight") return "encoder.final_layer_norm.weight";
  if (!name.starts_with("blocks.")) return name;
  const auto dot = name.find('.', 7);
  if (dot == std::string::npos) return name;
  const auto index = name.substr(7, dot - 7), rest = name.substr(dot + 1);
  static const std::map<std::string, std::string> kParts{
      {"norm1.weight", "layer.0.layer_norm.weight"}, {"norm2.weight", "layer.1.layer_norm.weight"},
      {"attn.q.weight", "layer.0.SelfAttention.q.weight"}, {"attn.k.weight", "layer.0.SelfAttention.k.weight"},
      {"attn.v.weight", "layer.0.SelfAttention.v.weight"}, {"attn.o.weight", "layer.0.SelfAttention.o.weight"},
      {"pos_embedding.embedding.weight", "layer.0.SelfAttention.relative_attention_bias.weight"},
      {"ffn.gate.0.weight", "layer.1.DenseReluDense.wi_0.weight"}, {"ffn.fc1.weight", "layer.1.DenseReluDense.wi_1.weight"},
      {"ffn.fc2.weight", "layer.1.DenseReluDense.wo.weight"}};
  const auto found = kParts.find(rest);
  return found == kParts.end() ? name : "encoder.block." + index + "." + found->second;
}

}  // namespace

EncoderConfig EncoderConfig::from_json(const base::Json& json, const std::string& where) {
  EncoderConfig config;
  const auto read = [&](const char* key, std::int64_t& value) {
    if (!json.contains(key)) return;
    GALLOP_CHECK(json[key].is_number_integer() && json[key] > 0 && json[key] < (1 << 24), FormatError, "{}: \"{}\" is not a size", where, key);
    value = json[key];
  };
  std::int64_t head = 64;
  read("vocab_size", config.vocab);
  read("d_model", config.width);
  read("d_ff", config.ffn);
  read("num_layers", config.layers);
  read("num_heads", config.heads);
  read("d_kv", head);
  read("relative_attention_num_buckets", config.buckets);
  read("relative_attention_max_distance", config.max_distance);
  config.inner = config.heads * head;
  const auto kind = json.value("model_type", std::string("umt5"));
  GALLOP_CHECK(kind == "umt5", Unsupported, "{}: a \"{}\" text encoder, expected umt5", where, kind);
  return config;
}

EncoderConfig EncoderConfig::from_tensors(const weights::TensorMap& tensors, const std::string& where) {
  const auto shape = [&](const std::string& name) {
    const auto found = tensors.find(name);
    GALLOP_CHECK(found != tensors.end() && found->second.dim() == 2, ModelError, "{}: tensor \"{}\" is missing; this is no UMT5 encoder", where, name);
    return found->second.sizes().vec();
  };
  EncoderConfig config;
  config.vocab = shape("shared.weight")[0];
  config.width = shape("shared.weight")[1];
  config.inner = shape("encoder.block.0.layer.0.SelfAttention.q.weight")[0];
  config.ffn = shape("encoder.block.0.layer.1.DenseReluDense.wi_0.weight")[0];
  const auto table = shape("encoder.block.0.layer.0.SelfAttention.relative_attention_bias.weight");
  config.buckets = table[0];
  config.heads = table[1];
  config.layers = 0;
  while (tensors.contains("encoder.block." + std::to_string(config.layers) + ".layer.0.layer_norm.weight")) ++config.layers;
  return config;
}

weights::TensorMap encoder_tensors(weights::TensorMap tensors) {
  weights::TensorMap result;
  for (auto& [name, tensor] : tensors)
    if (name != "encoder.embed_tokens.weight" && name != "spiece_model") result[renamed(name)] = std::move(tensor);
  return result;
}

std::int64_t position_bucket(std::int64_t distance, std::int64_t buckets, std::int64_t max_distance) {
  const auto half = buckets / 2, exact = half / 2;
  const auto base = distance > 0 ? half : 0;
  const auto length = std::abs(distance);
  if (length < exact) return base + length;
  const float share = std::log(static_cast<float>(length) / static_cast<float>(exact)) / static_cast<float>(std::log(static_cast<double>(max_distance) / static_cast<double>(exact)));
  return base + std::min(half - 1, exact + static_cast<std::int64_t>(share * static_cast<float>(half - exact)));
}

Encoder Encoder::load(const EncoderConfig& config, weights::WeightMap& weights, at::ScalarType dtype, at::Device device) {
  Encoder encoder;
  encoder.config_ = config;
  encoder.dtype_ = dtype;
  encoder.device_ = device;
  encoder.embedding_ = weights.take("shared.weight", {config.vocab, config.width});
  const auto take = [&](const std::string& name, at::IntArrayRef shape) { return weights.take(name, shape).to(device, dtype); };
  encoder.final_norm_ = take("encoder.final_layer_norm.weight", {config.width});
  for (std::int64_t i = 0; i < config.layers; ++i) {
    const auto attention = fmt::format("encoder.block.{}.layer.0.", i), ffn = fmt::format("encoder.block.{}.layer.1.", i);
    Layer layer;
    layer.norm_attention = take(attention + "layer_norm.weight", {config.width});
    layer.q.weight = take(attention + "SelfAttention.q.weight", {config.inner, config.width});
    layer.k.weight = take(attention + "SelfAttention.k.weight", {config.inner, config.width});
    layer.v.weight = take(attention + "SelfAttention.v.weight", {config.inner, config.width});
    layer.o.weight = take(attention + "SelfAttention.o.weight", {config.width, config.inner});
    layer.positions = take(attention + "SelfAttention.relative_attention_bias.weight", {config.buckets, config.heads});
    layer.norm_ffn = take(ffn + "layer_norm.weight", {config.width});
    layer.gate.weight = take(ffn + "DenseReluDense.wi_0.weight", {config.ffn, config.width});
    layer.up.weight = take(ffn + "DenseReluDense.wi_1.weight", {config.ffn, config.width});
    layer.down.weight = take(ffn + "DenseReluDense.wo.weight", {config.width, config.ffn});
    encoder.layers_.push_back(std::move(layer));
  }
  return encoder;
}

// Padding is left out: masked keys have no weight, and rows beyond the prompt are not used.
at::Tensor Encoder::encode(const std::vector<int>& ids, const std::function<void(int)>& after_layer) const {
  const c10::InferenceMode guard;
  for (const int id : ids) GALLOP_CHECK(id >= 0 && id < config_.vocab, ModelError, "text encoder: token {} of {}; the tokenizer belongs to another model", id, config_.vocab);
  const auto index = at::tensor(std::vector<std::int64_t>(ids.begin(), ids.end()), at::kLong);
  auto x = embedding_.index_select(0, index.to(embedding_.device())).to(device_, dtype_);  // [n, D]
  for (std::size_t i = 0; i < layers_.size(); ++i) {
    const auto& layer = layers_[i];
    const auto n = rms(x, layer.norm_attention, config_.eps);
    const auto q = split(layer.q(n), config_.heads), k = split(layer.k(n), config_.heads), v = split(layer.v(n), config_.heads);
    const auto scores = at::matmul(q, k.transpose(-1, -2)) + position_bias(layer.positions, x.size(0), config_);
    const auto mixed = at::matmul(at::softmax(scores.to(at::kFloat), -1).to(dtype_), v);  // [1, heads, n, d]
    x = x + layer.o(mixed.transpose(1, 2).reshape({x.size(0), -1}));
    const auto m = rms(x, layer.norm_ffn, config_.eps);
    x = x + layer.down(gelu_new(layer.gate(m)) * layer.up(m));
    if (after_layer) after_layer(static_cast<int>(i));
  }
  return rms(x, final_norm_, config_.eps);
}

}  // namespace gallop::models::umt5
