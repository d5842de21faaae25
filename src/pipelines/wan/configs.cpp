// Shapes of a Wan model: from its config files, else from its tensors.
#include "base/check.h"
#include "pipelines/wan/files.h"

namespace gallop::pipelines::wan {
namespace {

namespace fs = std::filesystem;
using models::wan::WanConfig;
using models::wan::WanVaeConfig;

std::vector<std::int64_t> shape_of(const weights::TensorMap& tensors, const std::string& name, const fs::path& file, std::size_t dims) {
  const auto found = tensors.find(name);
  GALLOP_CHECK(found != tensors.end() && found->second.dim() == static_cast<std::int64_t>(dims), ModelError,
               "{}: tensor \"{}\" is missing or has another rank; this is no Wan model or a half-copied one", file.string(), name);
  return found->second.sizes().vec();
}

std::int64_t count_blocks(const weights::TensorMap& tensors) {
  std::int64_t count = 0;
  while (tensors.contains("blocks." + std::to_string(count) + ".scale_shift_table")) ++count;
  return count;
}

}  // namespace

WanConfig transformer_config(const WanFiles& files, const weights::TensorMap& tensors) {
  const auto& file = files.transformers[0];
  if (!files.transformer_config.empty()) {
    const auto json = base::read_json(files.transformer_config);
    const auto where = files.transformer_config.string();
    if (json.value("_class_name", std::string()) != "WanModel") return WanConfig::from_diffusers(json, where);
    auto config = WanConfig::from_original(json, where);
    if (const auto found = tensors.find("condition_embedder.image_embedder.norm1.weight"); found != tensors.end())
      config.image_dim = found->second.size(0);
    if (const auto found = tensors.find("condition_embedder.image_embedder.pos_embed"); found != tensors.end())
      config.image_tokens = found->second.size(1);
    return config;
  }
  for (const auto& [name, tensor] : tensors)
    GALLOP_CHECK(!name.starts_with("vace_blocks."), Unsupported, "{}: a VACE model, a relative of Wan that is not read", file.string());
  WanConfig config;
  const auto patch = shape_of(tensors, "patch_embedding.weight", file, 5);
  GALLOP_CHECK(patch[0] % config.head_dim == 0, Unsupported,
               "{}: {} channels are no multiple of 128; put the model's config.json beside the file", file.string(), patch[0]);
  config.heads = patch[0] / config.head_dim;
  config.in_channels = patch[1];
  config.out_channels = shape_of(tensors, "proj_out.bias", file, 1)[0] / 4;
  config.layers = count_blocks(tensors);
  config.ffn_dim = shape_of(tensors, "blocks.0.ffn.net.0.proj.bias", file, 1)[0];
  config.text_dim = shape_of(tensors, "condition_embedder.text_embedder.linear_1.weight", file, 2)[1];
  config.freq_dim = shape_of(tensors, "condition_embedder.time_embedder.linear_1.weight", file, 2)[1];
  if (tensors.contains("condition_embedder.image_embedder.norm1.weight"))
    config.image_dim = shape_of(tensors, "condition_embedder.image_embedder.norm1.weight", file, 1)[0];
  if (tensors.contains("condition_embedder.image_embedder.pos_embed"))
    config.image_tokens = shape_of(tensors, "condition_embedder.image_embedder.pos_embed", file, 3)[1];
  return config;
}

WanVaeConfig vae_config(const WanFiles& files, const weights::TensorMap& tensors) {
  if (!files.vae_config.empty()) return WanVaeConfig::from_diffusers(base::read_json(files.vae_config), files.vae_config.string());
  const auto z = shape_of(tensors, "post_quant_conv.bias", files.vae, 1)[0];
  const bool residual = tensors.contains("decoder.up_blocks.0.upsampler.resample.1.weight");
  auto config = residual ? WanVaeConfig::v22() : WanVaeConfig::v21();
  GALLOP_CHECK(z == config.z_dim, ModelError, "{}: {} latent channels, expected {} for this form of the VAE", files.vae.string(), z,
               config.z_dim);
  config.base_dim = shape_of(tensors, "encoder.conv_in.bias", files.vae, 1)[0];
  config.decoder_base_dim = shape_of(tensors, "decoder.conv_out.weight", files.vae, 5)[1];
  return config;
}

std::string model_name(const WanFiles& files, const WanConfig& transformer, const WanVaeConfig& vae) {
  if (files.expand_timesteps || vae.z_dim == 48) return "wan2.2-ti2v-5b";
  if (files.transformers.size() == 2) return transformer.in_channels == 36 ? "wan2.2-i2v-a14b" : "wan2.2-t2v-a14b";
  if (transformer.image_tokens) return "wan2.1-flf2v";
  return transformer.image_dim ? "wan2.1-i2v" : "wan2.1-t2v";
}

}  // namespace gallop::pipelines::wan
