#include "support/tiny_wan_folder.h"

#include <fstream>

#include "base/files.h"
#include "base/json.h"
#include "support/tiny_wan.h"
#include "text/unigram.h"
#include "weights/safetensors.h"

namespace gallop::test {
namespace {

namespace fs = std::filesystem;
using base::Json;

void write_json(const fs::path& file, const Json& json) {
  fs::create_directories(file.parent_path());
  std::ofstream(file) << json.dump(1);
}

Json transformer_json(const models::wan::WanConfig& config) {
  Json json{{"_class_name", "WanTransformer3DModel"},
            {"patch_size", {1, 2, 2}},
            {"num_attention_heads", config.heads},
            {"attention_head_dim", config.head_dim},
            {"in_channels", config.in_channels},
            {"out_channels", config.out_channels},
            {"text_dim", config.text_dim},
            {"freq_dim", config.freq_dim},
            {"ffn_dim", config.ffn_dim},
            {"num_layers", config.layers},
            {"cross_attn_norm", true},
            {"qk_norm", "rms_norm_across_heads"},
            {"eps", config.eps},
            {"image_dim", nullptr},
            {"added_kv_proj_dim", nullptr},
            {"rope_max_seq_len", config.rope_max},
            {"pos_embed_seq_len", nullptr}};
  if (config.image_dim) {
    json["image_dim"] = *config.image_dim;
    json["added_kv_proj_dim"] = config.width();
  }
  if (config.image_tokens) json["pos_embed_seq_len"] = *config.image_tokens;
  return json;
}

Json vae_json(const models::wan::WanVaeConfig& config) {
  Json json{{"_class_name", "AutoencoderKLWan"},
            {"base_dim", config.base_dim},
            {"z_dim", config.z_dim},
            {"dim_mult", config.dim_mult},
            {"num_res_blocks", config.res_blocks},
            {"attn_scales", Json::array()},
            {"temperal_downsample", {false, true, true}},
            {"dropout", 0.0},
            {"latents_mean", config.latents_mean},
            {"latents_std", config.latents_std}};
  if (!config.residual) return json;
  json.update(Json{{"decoder_base_dim", config.decoder_base_dim},
                   {"is_residual", true},
                   {"in_channels", config.in_channels},
                   {"out_channels", config.out_channels},
                   {"patch_size", config.patch},
                   {"scale_factor_temporal", config.temporal},
                   {"scale_factor_spatial", config.spatial}});
  return json;
}

void save(const fs::path& file, const weights::TensorMap& tensors) {
  fs::create_directories(file.parent_path());
  weights::write_safetensors(file, tensors);
}

void write_text(const fs::path& folder, const fs::path& tokenizer) {
  fs::create_directories(folder / "tokenizer");
  fs::copy_file(tokenizer, folder / "tokenizer" / "tokenizer.json");
  const auto vocab = static_cast<std::int64_t>((text::Unigram::read(tokenizer).size() + 63) / 64 * 64);
  save(folder / "text_encoder" / "model.safetensors", tiny_umt5(vocab));
  write_json(folder / "text_encoder" / "config.json", {{"model_type", "umt5"},
                                                       {"vocab_size", vocab},
                                                       {"d_model", 32},
                                                       {"d_kv", 8},
                                                       {"d_ff", 48},
                                                       {"num_layers", 2},
                                                       {"num_heads", 4},
                                                       {"relative_attention_num_buckets", 32},
                                                       {"relative_attention_max_distance", 128}});
}

void write_vision(const fs::path& folder, bool with_projection) {
  save(folder / "image_encoder" / "model.safetensors", tiny_vision(with_projection));
  write_json(folder / "image_encoder" / "config.json", {{"hidden_size", 32},
                                                        {"intermediate_size", 64},
                                                        {"num_hidden_layers", 3},
                                                        {"num_attention_heads", 2},
                                                        {"patch_size", 14},
                                                        {"image_size", 224},
                                                        {"hidden_act", "gelu"}});
}

}  // namespace

weights::TensorMap tiny_umt5(std::int64_t vocab) {
  weights::TensorMap tensors;
  const auto fill = [&](const std::string& name, std::vector<std::int64_t> shape) { tensors[name] = test::weight(name, shape); };
  fill("shared.weight", {vocab, 32});
  fill("encoder.final_layer_norm.weight", {32});
  for (int i = 0; i < 2; ++i) {
    const auto a = "encoder.block." + std::to_string(i) + ".layer.0.", b = "encoder.block." + std::to_string(i) + ".layer.1.";
    fill(a + "layer_norm.weight", {32});
    for (const auto* part : {"q", "k", "v", "o"}) fill(a + "SelfAttention." + part + ".weight", {32, 32});
    fill(a + "SelfAttention.relative_attention_bias.weight", {32, 4});
    fill(b + "layer_norm.weight", {32});
    fill(b + "DenseReluDense.wi_0.weight", {48, 32});
    fill(b + "DenseReluDense.wi_1.weight", {48, 32});
    fill(b + "DenseReluDense.wo.weight", {32, 48});
  }
  return tensors;
}

weights::TensorMap tiny_vision(bool with_projection) {
  weights::TensorMap tensors;
  const auto fill = [&](const std::string& name, std::vector<std::int64_t> shape) { tensors[name] = test::weight(name, shape); };
  const auto norm = [&](const std::string& name) {
    fill(name + ".weight", {32});
    fill(name + ".bias", {32});
  };
  const auto linear = [&](const std::string& name, std::int64_t out, std::int64_t in) {
    fill(name + ".weight", {out, in});
    fill(name + ".bias", {out});
  };
  const std::string top = "vision_model.";
  fill(top + "embeddings.class_embedding", {32});
  fill(top + "embeddings.patch_embedding.weight", {32, 3, 14, 14});
  fill(top + "embeddings.position_embedding.weight", {257, 32});
  norm(top + "pre_layrnorm");
  norm(top + "post_layernorm");
  for (int i = 0; i < 3; ++i) {
    const auto layer = top + "encoder.layers." + std::to_string(i) + ".";
    norm(layer + "layer_norm1");
    norm(layer + "layer_norm2");
    for (const auto* part : {"q_proj", "k_proj", "v_proj", "out_proj"}) linear(layer + "self_attn." + part, 32, 32);
    linear(layer + "mlp.fc1", 64, 32);
    linear(layer + "mlp.fc2", 32, 64);
  }
  if (with_projection) fill("visual_projection.weight", {16, 32});
  return tensors;
}

void write_tiny_wan(const fs::path& folder, const std::string& name, const fs::path& tokenizer) {
  const auto config = tiny_config(name);
  const bool residual = name == "wan2.2-ti2v-5b", two = name.ends_with("a14b"), picture = config.in_channels == 36;
  Json index{{"_class_name", picture ? "WanImageToVideoPipeline" : "WanPipeline"}, {"transformer", {"diffusers", "WanTransformer3DModel"}}};
  for (const auto* part : {"transformer", "transformer_2"}) {
    if (std::string(part) == "transformer_2" && !two) continue;
    save(folder / part / "diffusion_pytorch_model.safetensors", tiny_transformer(config, std::string(part) == "transformer_2" ? "#2" : ""));
    write_json(folder / part / "config.json", transformer_json(config));
    index[part] = {"diffusers", "WanTransformer3DModel"};
  }
  const auto vae = tiny_vae_config(residual);
  save(folder / "vae" / "diffusion_pytorch_model.safetensors", tiny_vae(vae));
  write_json(folder / "vae" / "config.json", vae_json(vae));
  write_text(folder, tokenizer);
  if (config.image_dim) {
    write_vision(folder, name == "wan2.1-i2v");
    index["image_encoder"] = {"transformers", "CLIPVisionModelWithProjection"};
  }
  if (residual) index.update(Json{{"boundary_ratio", nullptr}, {"expand_timesteps", true}, {"transformer_2", {nullptr, nullptr}}});
  if (two) index["boundary_ratio"] = picture ? 0.9 : 0.875;
  write_json(folder / "scheduler" / "scheduler_config.json", {{"_class_name", "UniPCMultistepScheduler"},
                                                              {"flow_shift", residual                 ? 5.0
                                                                             : name == "wan2.1-flf2v" ? 16.0
                                                                                                      : 3.0}});
  write_json(folder / "model_index.json", index);
}

}  // namespace gallop::test
