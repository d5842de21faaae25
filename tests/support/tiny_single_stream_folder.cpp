#include "support/tiny_single_stream_folder.h"

#include <cmath>

#include "base/files.h"
#include "base/json.h"
#include "models/stable_audio/vae.h"
#include "models/t5gemma/encoder.h"
#include "models/turbo_decoder/decoder.h"
#include "support/deterministic.h"
#include "support/hashed.h"
#include "support/tiny_single_stream.h"
#include "support/tiny_wan.h"
#include "weights/safetensors.h"

namespace gallop::test {
namespace {

namespace fs = std::filesystem;
using base::Json;
using Shapes = std::vector<std::pair<std::string, std::vector<std::int64_t>>>;

models::single_stream::JointConfig tiny_stage_config() {
  models::single_stream::JointConfig config;
  config.width = 64;
  config.head_dim = 16;
  config.kv_heads = 2;
  config.text_features = 32;
  config.gated_width = 84;
  config.plain_width = 128;
  for (int i = 0; i < 4; ++i) config.layers.push_back({.experts = i == 0 || i == 3, .gated = i > 0});
  return config;
}

weights::TensorMap stage_tensors(std::uint32_t seed) {
  weights::TensorMap tensors;
  for (const auto& slot : models::single_stream::transformer_slots(tiny_stage_config()))
    tensors[slot.name] = hashed(seed++, slot.shape, slot.shape.size() == 2 ? std::sqrt(3.0 / static_cast<double>(slot.shape[1])) : 0.1);
  tensors["adapter.rope.bands"] = models::single_stream::rotary_bands(tiny_stage_config().bands());
  return tensors;
}

// Two shards and their index.
void write_sharded(const fs::path& folder, const weights::TensorMap& tensors) {
  fs::create_directories(folder);
  weights::TensorMap shards[2];
  Json index{{"metadata", {{"total_size", 0}}}, {"weight_map", Json::object()}};
  std::size_t i = 0;
  for (const auto& [name, tensor] : tensors) {
    const auto shard = i++ * 2 / tensors.size();
    shards[shard][name] = tensor;
    index["weight_map"][name] = "model-0000" + std::to_string(shard + 1) + "-of-00002.safetensors";
  }
  for (std::size_t shard = 0; shard < 2; ++shard)
    weights::write_safetensors(folder / ("model-0000" + std::to_string(shard + 1) + "-of-00002.safetensors"), shards[shard]);
  base::write_text_atomic(folder / "model.safetensors.index.json", index.dump(1));
}

void write_single(const fs::path& folder, const char* name, const weights::TensorMap& tensors) {
  fs::create_directories(folder);
  weights::write_safetensors(folder / name, tensors);
}

// Plain weights by their fan-in, whatever the model; norm offsets and biases small.
weights::TensorMap filled_by_fan_in(const Shapes& shapes, std::uint32_t seed, const std::string& prefix) {
  weights::TensorMap tensors;
  for (const auto& [name, shape] : shapes) {
    std::int64_t fan_in = 1;
    for (std::size_t i = 1; i < shape.size(); ++i) fan_in *= shape[i];
    auto values = hashed(seed++, shape, shape.size() == 1 ? 0.1 : std::sqrt(3.0 / static_cast<double>(fan_in)));
    if (name.ends_with("weight_g")) values = at::full(shape, 0.7, at::kFloat);
    tensors[prefix + name] = values;
  }
  return tensors;
}

void write_text_encoder(const fs::path& folder) {
  const Json config{{"model_type", "t5gemma"},
                    {"encoder",
                     {{"vocab_size", 1024},
                      {"hidden_size", 32},
                      {"intermediate_size", 64},
                      {"num_hidden_layers", 2},
                      {"num_attention_heads", 2},
                      {"num_key_value_heads", 1},
                      {"head_dim", 16},
                      {"query_pre_attn_scalar", 16},
                      {"sliding_window", 4096}}}};
  auto recording = weights::WeightMap::recording();
  (void)models::t5gemma::Encoder::load(models::t5gemma::EncoderConfig::from_json(config, "tiny"), recording, at::kFloat, at::kMeta);
  write_single(folder, "model.safetensors", filled_by_fan_in(recording.requested(), 700, "model."));
  base::write_text_atomic(folder / "config.json", config.dump(1));
  fs::copy_file(fs::path(GALLOP_CHECKOUT) / "tests/data/byte_pairs/tokenizer.json", folder / "tokenizer.json",
                fs::copy_options::overwrite_existing);
}

void write_audio_vae(const fs::path& folder) {
  const Json shapes{{"channels", 4},    {"c_mults", {1, 2, 2, 2, 2}}, {"strides", {2, 4, 4, 8, 8}}, {"use_snake", true},
                    {"latent_dim", 64}, {"out_channels", 2},          {"final_tanh", false}};
  const Json config{
      {"model", {{"pretransform", {{"type", "autoencoder"}, {"config", {{"decoder", {{"type", "oobleck"}, {"config", shapes}}}}}}}}}};
  auto recording = weights::WeightMap::recording();
  (void)models::stable_audio::AudioVae::load(models::stable_audio::AudioVaeConfig::from_json(config, "tiny"), recording, at::kMeta, true);
  write_single(folder, "model.safetensors", filled_by_fan_in(recording.requested(), 800, "pretransform.model."));
  base::write_text_atomic(folder / "model_config.json", config.dump(1));
}

void write_turbo(const fs::path& folder) {
  const Json config{{"latent_channels", 48},
                    {"patch_size", 2},
                    {"first_chunk_size", 7},
                    {"step_size", 7},
                    {"decoder_block_out_channels", {8, 8, 16, 16}},
                    {"decoder_layers_per_block", {1, 1, 1, 1, 1}},
                    {"decoder_spatio_temporal_scaling", {false, true, true, true}},
                    {"decoder_spatio_only", {false, true, false, false}},
                    {"decoder_causal", false},
                    {"use_unpatchify", true}};
  auto recording = weights::WeightMap::recording();
  (void)models::turbo_decoder::TurboDecoder::load(models::turbo_decoder::TurboConfig::from_json(config, "tiny"), recording, at::kFloat,
                                                  at::kMeta);
  write_single(folder, "turbo.safetensors", filled_by_fan_in(recording.requested(), 900, ""));
  base::write_text_atomic(folder / "turbo.json", config.dump(1));
}

}  // namespace

void write_tiny_single_stream(const fs::path& folder) {
  write_single(folder / "base", "model.safetensors", stage_tensors(0));
  write_single(folder / "distill", "model.safetensors", stage_tensors(100));
  write_sharded(folder / "540p_sr", stage_tensors(200));
  write_single(folder / "1080p_sr", "model.safetensors", stage_tensors(300));
  write_single(folder / "vae", "Wan2.2_VAE.safetensors", tiny_vae(tiny_vae_config(true)));
  write_turbo(folder / "turbo_vae");
  write_audio_vae(folder / "audio_vae");
  write_text_encoder(folder / "text_encoder");
}

}  // namespace gallop::test
