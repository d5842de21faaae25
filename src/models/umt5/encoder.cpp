#include "models/umt5/encoder.h"

#include <cmath>

#include "base/check.h"
#include "nn/tokens.h"

namespace gallop::models::umt5 {
namespace {

at::Tensor rms(const at::Tensor& x, const at::Tensor& weight, double eps) {
  const auto wide = x.to(at::kFloat);
  return weight * (wide * (wide.pow(2).mean(-1, true) + eps).rsqrt()).to(weight.scalar_type());
}

// In reduced types the tanh form as separate operators, each of which rounds: what the reference does.
at::Tensor gelu_new(const at::Tensor& x) {
  if (x.scalar_type() == at::kFloat) return nn::gelu_tanh(x);
  return 0.5 * x * (1.0 + (std::sqrt(2.0 / 3.14159265358979323846) * (x + 0.044715 * x.pow(3.0))).tanh());
}

// Bucket of every distance from -(length - 1) to length - 1.
at::Tensor buckets_by_distance(std::int64_t length, const EncoderConfig& config, at::Device device) {
  std::vector<std::int64_t> buckets;
  for (std::int64_t distance = 1 - length; distance < length; ++distance)
    buckets.push_back(position_bucket(distance, config.buckets, config.max_distance));
  return at::tensor(buckets, at::kLong).to(device);
}

// [1, heads, n, n]: what a head adds to the score of a query and a key depends on their distance alone.
at::Tensor position_bias(const at::Tensor& table, const at::Tensor& buckets) {
  const auto length = (buckets.size(0) + 1) / 2;
  const auto by_distance = table.index_select(0, buckets).t().contiguous();  // [heads, 2 n - 1]
  return by_distance.unfold(1, length, 1).flip({1}).unsqueeze(0);            // row q begins at distance -q
}

// [1, heads, n, head_dim], unscaled scores.
at::Tensor attend(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, const at::Tensor& bias) {
  if (q.scalar_type() == at::kFloat) return at::scaled_dot_product_attention(q, k, v, bias, 0.0, false, 1.0);
  const auto scores = at::matmul(q, k.transpose(-1, -2)) + bias;
  return at::matmul(at::softmax(scores.to(at::kFloat), -1).to(q.scalar_type()), v);
}

at::Tensor split(const at::Tensor& x, std::int64_t heads) { return x.view({1, x.size(0), heads, -1}).transpose(1, 2); }

// Every tensor of a layer with the end of its name and its shape.
template <class Visit>
void for_each(Layer& layer, const EncoderConfig& config, const Visit& visit) {
  visit("layer.0.layer_norm.weight", {config.width}, layer.norm_attention);
  visit("layer.0.SelfAttention.q.weight", {config.inner, config.width}, layer.q.weight);
  visit("layer.0.SelfAttention.k.weight", {config.inner, config.width}, layer.k.weight);
  visit("layer.0.SelfAttention.v.weight", {config.inner, config.width}, layer.v.weight);
  visit("layer.0.SelfAttention.o.weight", {config.width, config.inner}, layer.o.weight);
  visit("layer.0.SelfAttention.relative_attention_bias.weight", {config.buckets, config.heads}, layer.positions);
  visit("layer.1.layer_norm.weight", {config.width}, layer.norm_ffn);
  visit("layer.1.DenseReluDense.wi_0.weight", {config.ffn, config.width}, layer.gate.weight);
  visit("layer.1.DenseReluDense.wi_1.weight", {config.ffn, config.width}, layer.up.weight);
  visit("layer.1.DenseReluDense.wo.weight", {config.width, config.ffn}, layer.down.weight);
}

std::string renamed(const std::string& name) {
  if (name == "token_embedding.weight") return "shared.weight";
  if (name == "norm.weight") return "encoder.final_layer_norm.weight";
  if (!name.starts_with("blocks.")) return name;
  const auto dot = name.find('.', 7);
  if (dot == std::string::npos) return name;
  const auto index = name.substr(7, dot - 7), rest = name.substr(dot + 1);
  static const std::map<std::string, std::string> kParts{
      {"norm1.weight", "layer.0.layer_norm.weight"},
      {"norm2.weight", "layer.1.layer_norm.weight"},
      {"attn.q.weight", "layer.0.SelfAttention.q.weight"},
      {"attn.k.weight", "layer.0.SelfAttention.k.weight"},
      {"attn.v.weight", "layer.0.SelfAttention.v.weight"},
      {"attn.o.weight", "layer.0.SelfAttention.o.weight"},
      {"pos_embedding.embedding.weight", "layer.0.SelfAttention.relative_attention_bias.weight"},
      {"ffn.gate.0.weight", "layer.1.DenseReluDense.wi_0.weight"},
      {"ffn.fc1.weight", "layer.1.DenseReluDense.wi_1.weight"},
      {"ffn.fc2.weight", "layer.1.DenseReluDense.wo.weight"}};
  const auto found = kParts.find(rest);
  return found == kParts.end() ? name : "encoder.block." + index + "." + found->second;
}

}  // namespace

EncoderConfig EncoderConfig::from_json(const base::Json& json, const std::string& where) {
  EncoderConfig config;
  const auto read = [&](const char* key, std::int64_t& value) {
    if (!json.contains(key)) return;
    GALLOP_CHECK(json[key].is_number_integer() && json[key] > 0 && json[key] < (1 << 24), FormatError, "{}: \"{}\" is not a size", where,
                 key);
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

base::OrderedJson EncoderConfig::to_json() const {
  return {{"architectures", {"UMT5EncoderModel"}},
          {"model_type", "umt5"},
          {"vocab_size", vocab},
          {"d_model", width},
          {"d_ff", ffn},
          {"d_kv", inner / heads},
          {"num_layers", layers},
          {"num_heads", heads},
          {"relative_attention_num_buckets", buckets},
          {"relative_attention_max_distance", max_distance},
          {"feed_forward_proj", "gated-gelu"},
          {"layer_norm_epsilon", eps},
          {"pad_token_id", 0},
          {"eos_token_id", 1}};
}

EncoderConfig EncoderConfig::from_tensors(const weights::TensorMap& tensors, const std::string& where) {
  const auto shape = [&](const std::string& name) {
    const auto found = tensors.find(name);
    GALLOP_CHECK(found != tensors.end() && found->second.dim() == 2, ModelError, "{}: tensor \"{}\" is missing; this is no UMT5 encoder",
                 where, name);
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
  const float share = std::log(static_cast<float>(length) / static_cast<float>(exact)) /
                      static_cast<float>(std::log(static_cast<double>(max_distance) / static_cast<double>(exact)));
  return base + std::min(half - 1, exact + static_cast<std::int64_t>(share * static_cast<float>(half - exact)));
}

EncoderWeights take_encoder(const EncoderConfig& config, weights::WeightMap& weights) {
  EncoderWeights taken;
  taken.embedding = weights.take("shared.weight", {config.vocab, config.width});
  taken.final_norm = weights.take("encoder.final_layer_norm.weight", {config.width});
  for (std::int64_t i = 0; i < config.layers; ++i) {
    Layer layer;
    for_each(layer, config, [&](const char* name, at::IntArrayRef shape, at::Tensor& value) {
      value = weights.take(fmt::format("encoder.block.{}.{}", i, name), shape);
    });
    taken.layers.push_back(std::move(layer));
  }
  return taken;
}

std::vector<std::pair<std::string, at::Tensor>> tensors_of(const Layer& layer) {
  std::vector<std::pair<std::string, at::Tensor>> tensors;
  auto copy = layer;
  for_each(copy, {}, [&](const char* name, at::IntArrayRef, at::Tensor& value) { tensors.emplace_back(name, value); });
  return tensors;
}

Encoder::Encoder(EncoderConfig config, const EncoderWeights& weights, at::ScalarType dtype, at::Device device, bool streamed, Place place)
    : config_(config),
      dtype_(dtype),
      device_(device),
      streamed_(streamed),
      place_(std::move(place)),
      embedding_(weights.embedding),
      layers_(weights.layers) {
  final_norm_ = place_("encoder.final_layer_norm.weight", weights.final_norm, dtype_, device_);
  if (streamed_) return;
  for (std::size_t i = 0; i < layers_.size(); ++i) layers_[i] = placed(i);
}

Layer Encoder::placed(std::size_t index) const {
  auto layer = layers_[index];
  for_each(layer, config_, [&](const char* name, at::IntArrayRef, at::Tensor& value) {
    value = place_(fmt::format("encoder.block.{}.{}", index, name), value, dtype_, device_);
  });
  return layer;
}

Encoder Encoder::load(const EncoderConfig& config, weights::WeightMap& weights, at::ScalarType dtype, at::Device device) {
  const Place plainly = [](const std::string&, const at::Tensor& value, at::ScalarType type, at::Device where) {
    return value.to(where, type);
  };
  return Encoder(config, take_encoder(config, weights), dtype, device, false, plainly);
}

// Padding is left out: masked keys have no weight, and rows beyond the prompt are not used.
at::Tensor Encoder::encode(const std::vector<int>& ids, const std::function<void(int)>& after_layer) const {
  const c10::InferenceMode guard;
  for (const int id : ids)
    GALLOP_CHECK(id >= 0 && id < config_.vocab, ModelError, "text encoder: token {} of {}; the tokenizer belongs to another model", id,
                 config_.vocab);
  const auto index = at::tensor(std::vector<std::int64_t>(ids.begin(), ids.end()), at::kLong);
  const auto buckets = buckets_by_distance(index.size(0), config_, device_);
  auto x = embedding_.index_select(0, index.to(embedding_.device())).to(device_, dtype_);  // [n, D]
  for (std::size_t i = 0; i < layers_.size(); ++i) {
    const auto layer = streamed_ ? placed(i) : layers_[i];
    const auto n = rms(x, layer.norm_attention, config_.eps);
    const auto q = split(layer.q(n), config_.heads), k = split(layer.k(n), config_.heads), v = split(layer.v(n), config_.heads);
    const auto mixed = attend(q, k, v, position_bias(layer.positions, buckets));
    x = x + layer.o(mixed.transpose(1, 2).reshape({x.size(0), -1}));
    const auto m = rms(x, layer.norm_ffn, config_.eps);
    x = x + layer.down(gelu_new(layer.gate(m)) * layer.up(m));
    if (after_layer) after_layer(static_cast<int>(i));
  }
  return rms(x, final_norm_, config_.eps);
}

}  // namespace gallop::models::umt5
