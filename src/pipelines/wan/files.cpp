#include "pipelines/wan/files.h"

#include <algorithm>

#include "base/check.h"
#include "base/files.h"
#include "models/wan/remap.h"

namespace gallop::pipelines::wan {
namespace {

namespace fs = std::filesystem;
using base::Json;
using models::wan::WanConfig;
using models::wan::WanVaeConfig;

std::vector<fs::path> files_ending(const fs::path& folder, std::string_view ending) {
  std::vector<fs::path> found;
  if (!fs::is_directory(folder)) return found;
  for (const auto& entry : fs::directory_iterator(folder))
    if (entry.path().filename().string().ends_with(ending)) found.push_back(entry.path());
  std::sort(found.begin(), found.end());
  return found;
}

// The one checkpoint of a folder: an index of shards, else a single file.
fs::path checkpoint_in(const fs::path& folder) {
  auto found = files_ending(folder, ".safetensors.index.json");
  if (found.empty()) found = files_ending(folder, ".safetensors");
  GALLOP_CHECK(!files_ending(folder, ".gguf").empty() ? !found.empty() : true, Unsupported,
               "{}: holds GGUF files, which are not read; use the safetensors form of the model", folder.string());
  GALLOP_CHECK(!found.empty(), NotFound, "{}: no .safetensors file; the download may be incomplete", folder.string());
  GALLOP_CHECK(found.size() == 1, InvalidArgument, "{}: {} checkpoints ({}, {} ...), expected one; give the files one by one", folder.string(), found.size(),
               found[0].filename().string(), found[1].filename().string());
  return found[0];
}

fs::path existing(const fs::path& file) { return fs::exists(file) ? file : fs::path(); }

// A part that the index lists is there and not null.
bool lists(const Json& index, const char* part) {
  return index.contains(part) && index[part].is_array() && !index[part].empty() && index[part][0].is_string();
}

std::optional<double> ratio(const Json& index, const fs::path& file) {
  if (!index.contains("boundary_ratio") || index["boundary_ratio"].is_null()) return std::nullopt;
  GALLOP_CHECK(index["boundary_ratio"].is_number(), FormatError, "{}: boundary_ratio is not a number", file.string());
  const double value = index["boundary_ratio"];
  GALLOP_CHECK(value >= 0.0 && value <= 1.0, FormatError, "{}: boundary_ratio is {}, expected 0 to 1", file.string(), value);
  return value;
}

WanFiles diffusers_files(const fs::path& folder, const Json& index) {
  WanFiles files;
  files.layout = "diffusers";
  files.transformers.push_back(checkpoint_in(folder / "transformer"));
  if (lists(index, "transformer_2")) files.transformers.push_back(checkpoint_in(folder / "transformer_2"));
  files.transformer_config = folder / "transformer" / "config.json";
  files.vae = checkpoint_in(folder / "vae");
  files.vae_config = folder / "vae" / "config.json";
  files.text_encoder = checkpoint_in(folder / "text_encoder");
  files.text_config = existing(folder / "text_encoder" / "config.json");
  files.tokenizer = folder / "tokenizer";
  if (lists(index, "image_encoder")) {
    files.image_encoder = checkpoint_in(folder / "image_encoder");
    files.image_config = existing(folder / "image_encoder" / "config.json");
  }
  files.boundary = ratio(index, folder / "model_index.json");
  files.expand_timesteps = index.value("expand_timesteps", false);
  if (const auto scheduler = folder / "scheduler" / "scheduler_config.json"; fs::exists(scheduler)) {
    const auto json = base::read_json(scheduler);
    if (json.contains("flow_shift") && json["flow_shift"].is_number()) files.flow_shift = json["flow_shift"].get<double>();
  }
  GALLOP_CHECK((files.transformers.size() == 2) == files.boundary.has_value(), Unsupported,
               "{}: {} transformer(s) and boundary_ratio {}; two experts need a boundary", folder.string(), files.transformers.size(),
               files.boundary ? "set" : "unset");
  return files;
}

WanFiles original_files(const fs::path& folder) {
  WanFiles files;
  files.layout = "original";
  const bool two = fs::is_directory(folder / "high_noise_model");
  if (two) {
    files.transformers = {checkpoint_in(folder / "high_noise_model"), checkpoint_in(folder / "low_noise_model")};
    files.transformer_config = folder / "high_noise_model" / "config.json";
  } else {
    files.transformers = {checkpoint_in(folder)};
    files.transformer_config = folder / "config.json";
  }
  for (const auto* name : {"Wan2.1_VAE.pth", "Wan2.2_VAE.pth"})
    if (fs::exists(folder / name)) files.vae = folder / name;
  for (const auto& file : files_ending(folder, ".pth")) {
    const auto name = file.filename().string();
    if (name.starts_with("models_t5")) files.text_encoder = file;
    if (name.starts_with("models_clip")) files.image_encoder = file;
  }
  files.tokenizer = folder / "google" / "umt5-xxl";
  return files;
}

// One file of a part's folder, or nothing.
fs::path only_file(const fs::path& folder) {
  const auto found = files_ending(folder, ".safetensors");
  GALLOP_CHECK(found.size() <= 1, InvalidArgument, "{}: {} files, expected one; give the files one by one (PipelineFiles)", folder.string(), found.size());
  return found.empty() ? fs::path() : found[0];
}

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

std::optional<WanFiles> find_files(const fs::path& folder) {
  GALLOP_CHECK(fs::exists(folder), NotFound, "{}: no such folder", folder.string());
  GALLOP_CHECK(fs::is_directory(folder), InvalidArgument, "{}: expected a model folder", folder.string());
  if (const auto index = folder / "model_index.json"; fs::exists(index)) {
    const auto json = base::read_json(index);
    const auto kind = json.value("_class_name", std::string());
    if (!kind.starts_with("Wan")) return std::nullopt;
    GALLOP_CHECK(kind == "WanPipeline" || kind == "WanImageToVideoPipeline" || kind == "WanVideoToVideoPipeline", Unsupported,
                 "{}: \"{}\" is a relative of Wan that is not read", index.string(), kind);
    return diffusers_files(folder, json);
  }
  const auto is_original = [](const fs::path& file) { return fs::exists(file) && base::read_json(file).value("_class_name", std::string()) == "WanModel"; };
  if (is_original(folder / "config.json") || is_original(folder / "high_noise_model" / "config.json")) {
    auto files = original_files(folder);
    if (files.transformers.size() == 2)
      files.boundary = base::read_json(files.transformer_config).value("in_dim", 16) == 36 ? 0.9 : 0.875;
    return files;
  }
  if (!fs::is_directory(folder / "diffusion_models")) return std::nullopt;
  PipelineFiles parts;
  const auto transformers = files_ending(folder / "diffusion_models", ".safetensors");
  GALLOP_CHECK(!transformers.empty() && transformers.size() <= 2, InvalidArgument, "{}: {} files in diffusion_models, expected one, or the two experts",
               folder.string(), transformers.size());
  parts.transformer = transformers[0];  // "high" sorts before "low"
  if (transformers.size() == 2) parts.transformer_2 = transformers[1];
  parts.vae = only_file(folder / "vae");
  parts.text_encoder = only_file(folder / "text_encoders");
  parts.image_encoder = only_file(folder / "clip_vision");
  return find_files(parts);
}

WanFiles find_files(const PipelineFiles& parts) {
  GALLOP_CHECK(!parts.transformer.empty() && !parts.vae.empty(), InvalidArgument, "a pipeline from separate files needs at least a transformer and a vae");
  for (const auto& file : {parts.transformer, parts.transformer_2, parts.vae, parts.text_encoder, parts.image_encoder}) {
    if (file.empty()) continue;
    GALLOP_CHECK(file.extension() != ".gguf", Unsupported, "{}: GGUF files are not read; use the safetensors form", file.string());
    base::require_file(file, "model file");
  }
  WanFiles files;
  files.layout = "files";
  files.transformers = {parts.transformer};
  if (!parts.transformer_2.empty()) {
    files.transformers.push_back(parts.transformer_2);
    files.boundary = 0.875;  // corrected by the input channels once the tensors are known
  }
  files.vae = parts.vae;
  files.text_encoder = parts.text_encoder;
  files.tokenizer = parts.tokenizer;
  files.image_encoder = parts.image_encoder;
  files.transformer_config = existing(parts.transformer.parent_path() / "config.json");
  files.vae_config = existing(parts.vae.parent_path() / "config.json");
  return files;
}

WanConfig transformer_config(const WanFiles& files, const weights::TensorMap& tensors) {
  const auto& file = files.transformers[0];
  if (!files.transformer_config.empty()) {
    const auto json = base::read_json(files.transformer_config);
    const auto where = files.transformer_config.string();
    if (json.value("_class_name", std::string()) != "WanModel") return WanConfig::from_diffusers(json, where);
    auto config = WanConfig::from_original(json, where);
    if (const auto found = tensors.find("condition_embedder.image_embedder.norm1.weight"); found != tensors.end()) config.image_dim = found->second.size(0);
    if (const auto found = tensors.find("condition_embedder.image_embedder.pos_embed"); found != tensors.end()) config.image_tokens = found->second.size(1);
    return config;
  }
  for (const auto& [name, tensor] : tensors)
    GALLOP_CHECK(!name.starts_with("vace_blocks."), Unsupported, "{}: a VACE model, a relative of Wan that is not read", file.string());
  WanConfig config;
  const auto patch = shape_of(tensors, "patch_embedding.weight", file, 5);
  GALLOP_CHECK(patch[0] % config.head_dim == 0, Unsupported, "{}: {} channels are no multiple of 128; put the model's config.json beside the file", file.string(), patch[0]);
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
  GALLOP_CHECK(z == config.z_dim, ModelError, "{}: {} latent channels, expected {} for this form of the VAE", files.vae.string(), z, config.z_dim);
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
