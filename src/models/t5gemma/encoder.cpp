#include "models/t5gemma/encoder.h"

#include <cmath>

#include "base/check.h"

namespace gallop::models::t5gemma {
namespace {

using base::Json;

std::int64_t size_member(const Json& json, const char* key, std::int64_t otherwise, const std::string& where) {
  if (!json.contains(key) || json[key].is_null()) return otherwise;
  GALLOP_CHECK(json[key].is_number_integer() && json[key] > 0 && json[key] < (1 << 24), FormatError, "{}: \"{}\" is not a size", where,
               key);
  return json[key].get<std::int64_t>();
}

double number_member(const Json& json, const char* key, double otherwise, const std::string& where) {
  if (!json.contains(key) || json[key].is_null()) return otherwise;
  GALLOP_CHECK(json[key].is_number() && json[key] > 0, FormatError, "{}: \"{}\" is not a positive number", where, key);
  return json[key].get<double>();
}

// float32 inside, one rounding behind.
at::Tensor rms(const at::Tensor& x, const at::Tensor& weight, double eps) {
  const auto wide = x.to(at::kFloat);
  return (wide * (wide.square().mean(-1, true) + eps).rsqrt() * (1.0 + weight.to(at::kFloat))).to(x.scalar_type());
}

struct Tables {
  at::Tensor cosine, sine;  // [n, head_dim] in the compute type
};
Tables tables(std::int64_t length, const EncoderConfig& config, at::ScalarType dtype, at::Device device) {
  const auto options = at::TensorOptions().dtype(at::kFloat);
  const auto exponent = at::arange(0, config.head_dim, 2, options) / static_cast<double>(config.head_dim);
  const auto frequency = at::pow(at::Scalar(config.theta), exponent).reciprocal();
  const auto half = at::arange(length, options).unsqueeze(1) * frequency;
  const auto angles = at::cat({half, half}, 1);
  return {angles.cos().to(device, dtype), angles.sin().to(device, dtype)};
}

// [n, heads d] -> [1, heads, n, d], rotated by halves in the compute type.
at::Tensor split(const at::Tensor& x, std::int64_t heads) { return x.view({1, x.size(0), heads, -1}).transpose(1, 2); }
at::Tensor rotated(const at::Tensor& x, const Tables& table) {
  const auto halves = x.chunk(2, -1);
  return x * table.cosine + at::cat({-halves[1], halves[0]}, -1) * table.sine;
}

at::Tensor attend(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, const EncoderConfig& config, bool soft_cap) {
  const double scale = 1.0 / std::sqrt(config.query_scale);
  const auto n = q.size(2), group = q.size(1) / k.size(1);
  const auto grouped = [&](const at::Tensor& x) { return x.view({k.size(1), -1, n, config.head_dim}); };
  const auto query = grouped(q.contiguous()),
             key = k.view({k.size(1), 1, n, config.head_dim}).expand({k.size(1), group, n, config.head_dim}),
             value = v.reshape({k.size(1), 1, n, config.head_dim}).expand({k.size(1), group, n, config.head_dim});
  at::Tensor mixed;
  if (soft_cap) {
    const auto scores = (at::matmul(query, key.transpose(-1, -2)) * scale / config.soft_cap).tanh() * config.soft_cap;
    mixed = at::matmul(at::softmax(scores, -1, at::kFloat).to(q.scalar_type()), value);
  } else {
    mixed = at::scaled_dot_product_attention(query, key, value, {}, 0.0, false, scale);
  }
  return mixed.reshape({q.size(1), n, config.head_dim}).transpose(0, 1).reshape({n, -1});
}

Layer placed(Layer layer, at::ScalarType dtype, at::Device device) {
  const c10::InferenceMode guard;
  for (auto* norm : {&layer.norm_attention, &layer.norm_attended, &layer.norm_mlp, &layer.norm_fed}) *norm = norm->to(device, dtype);
  for (auto* linear : {&layer.q, &layer.k, &layer.v, &layer.o, &layer.gate, &layer.up, &layer.down})
    linear->weight = linear->weight.to(device, dtype);
  return layer;
}

Layer take_layer(weights::WeightMap& weights, std::int64_t index, const EncoderConfig& config) {
  const auto take = [&](const char* name, std::vector<std::int64_t> shape) {
    return weights.take(fmt::format("encoder.layers.{}.{}.weight", index, name), shape);
  };
  const auto width = config.width, q = config.heads * config.head_dim, kv = config.kv_heads * config.head_dim;
  Layer layer;
  layer.norm_attention = take("pre_self_attn_layernorm", {width});
  layer.norm_attended = take("post_self_attn_layernorm", {width});
  layer.norm_mlp = take("pre_feedforward_layernorm", {width});
  layer.norm_fed = take("post_feedforward_layernorm", {width});
  layer.q.weight = take("self_attn.q_proj", {q, width});
  layer.k.weight = take("self_attn.k_proj", {kv, width});
  layer.v.weight = take("self_attn.v_proj", {kv, width});
  layer.o.weight = take("self_attn.o_proj", {width, q});
  layer.gate.weight = take("mlp.gate_proj", {config.hidden, width});
  layer.up.weight = take("mlp.up_proj", {config.hidden, width});
  layer.down.weight = take("mlp.down_proj", {width, config.hidden});
  return layer;
}

}  // namespace

EncoderConfig EncoderConfig::from_json(const Json& json, const std::string& where) {
  GALLOP_CHECK(json.is_object(), FormatError, "{}: expected a JSON object", where);
  const auto kind = json.value("model_type", std::string("t5gemma"));
  GALLOP_CHECK(kind.starts_with("t5gemma") || kind.starts_with("t5_gemma"), Unsupported, "{}: a \"{}\" text encoder, expected t5gemma",
               where, kind);
  const auto& part = json.contains("encoder") ? json["encoder"] : json;
  GALLOP_CHECK(part.is_object(), FormatError, "{}: \"encoder\" is not an object", where);
  EncoderConfig config;
  config.vocab = size_member(part, "vocab_size", config.vocab, where);
  config.width = size_member(part, "hidden_size", config.width, where);
  config.hidden = size_member(part, "intermediate_size", config.hidden, where);
  config.layers = size_member(part, "num_hidden_layers", config.layers, where);
  config.heads = size_member(part, "num_attention_heads", config.heads, where);
  config.kv_heads = size_member(part, "num_key_value_heads", config.kv_heads, where);
  config.head_dim = size_member(part, "head_dim", config.head_dim, where);
  config.window = size_member(part, "sliding_window", config.window, where);
  config.query_scale = number_member(part, "query_pre_attn_scalar", config.query_scale, where);
  config.soft_cap = number_member(part, "attn_logit_softcapping", config.soft_cap, where);
  config.eps = number_member(part, "rms_norm_eps", config.eps, where);
  config.theta = number_member(part, "rope_theta", config.theta, where);
  if (part.contains("rope_parameters") && part["rope_parameters"].is_object())
    config.theta = number_member(part["rope_parameters"], "rope_theta", config.theta, where);
  const auto activation = part.value("hidden_activation", std::string("gelu_pytorch_tanh"));
  GALLOP_CHECK(activation == "gelu_pytorch_tanh", Unsupported, "{}: the activation \"{}\" is not the one of T5Gemma", where, activation);
  GALLOP_CHECK(config.heads % config.kv_heads == 0 && config.head_dim % 2 == 0 && config.layers <= 1024, FormatError,
               "{}: {} query heads, {} key heads of {} channels, {} layers cannot be", where, config.heads, config.kv_heads,
               config.head_dim, config.layers);
  return config;
}

weights::TensorMap encoder_tensors(weights::TensorMap tensors) {
  weights::TensorMap result;
  for (auto& [name, tensor] : tensors) {
    auto key = name.starts_with("model.") ? name.substr(6) : name;
    if (key.starts_with("decoder.") || key.starts_with("lm_head.")) continue;
    if (!key.starts_with("encoder.") && (key.starts_with("layers.") || key == "embed_tokens.weight" || key == "norm.weight"))
      key = "encoder." + key;
    result[key] = std::move(tensor);
  }
  return result;
}

Encoder Encoder::load(const EncoderConfig& config, weights::WeightMap& weights, at::ScalarType dtype, at::Device device,
                      const EncoderOptions& options) {
  Encoder encoder;
  encoder.config_ = config;
  encoder.options_ = options;
  encoder.dtype_ = dtype;
  encoder.device_ = device;
  encoder.embedding_ = weights.take("encoder.embed_tokens.weight", {config.vocab, config.width});
  encoder.final_norm_ = weights.take("encoder.norm.weight", {config.width}).to(device, dtype);
  std::vector<Layer> stored;
  for (std::int64_t i = 0; i < config.layers; ++i) stored.push_back(take_layer(weights, i, config));
  encoder.layers_ =
      std::make_unique<StreamedBlockSource<Layer>>(config.layers, [stored = std::move(stored), dtype, device](std::int64_t index) {
        return placed(stored[static_cast<std::size_t>(index)], dtype, device);
      });
  return encoder;
}

at::Tensor Encoder::encode(const std::vector<int>& ids, const std::function<void(int)>& after_layer) {
  const c10::InferenceMode guard;
  const auto n = static_cast<std::int64_t>(ids.size());
  GALLOP_CHECK(n > 0 && n <= config_.window, InvalidArgument, "generate.prompt: {} tokens, expected 1 to {}; shorten the prompt", n,
               config_.window);
  for (const int id : ids)
    GALLOP_CHECK(id >= 0 && id < config_.vocab, ModelError, "text encoder: token {} of {}; the tokenizer belongs to another model", id,
                 config_.vocab);
  const auto index = at::tensor(std::vector<std::int64_t>(ids.begin(), ids.end()), at::kLong);
  const auto scale = at::scalar_tensor(std::sqrt(static_cast<double>(config_.width)),
                                       at::TensorOptions().dtype(options_.bfloat16_scale ? at::kBFloat16 : dtype_));
  auto x = embedding_.index_select(0, index.to(embedding_.device())).to(device_, dtype_) * scale.to(device_, dtype_);  // [n, D]
  const auto table = tables(n, config_, dtype_, device_);
  for (std::int64_t i = 0; i < config_.layers; ++i) {
    const auto& layer = layers_->block(i);
    const auto normed = rms(x, layer.norm_attention, config_.eps);
    const auto q = rotated(split(layer.q(normed), config_.heads), table), k = rotated(split(layer.k(normed), config_.kv_heads), table);
    const auto attended = layer.o(attend(q, k, split(layer.v(normed), config_.kv_heads), config_, options_.soft_cap));
    x = x + rms(attended, layer.norm_attended, config_.eps);
    const auto fed = rms(x, layer.norm_mlp, config_.eps);
    x = x + rms(layer.down(at::gelu(layer.gate(fed), "tanh") * layer.up(fed)), layer.norm_fed, config_.eps);
    if (after_layer) after_layer(static_cast<int>(i));
  }
  return rms(x, final_norm_, config_.eps);
}

}  // namespace gallop::models::t5gemma
