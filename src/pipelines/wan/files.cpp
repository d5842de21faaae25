#include "pipelines/wan/files.h"

#include <fmt/ranges.h>

#include <algorithm>

#include "base/check.h"
#include "base/files.h"

namespace gallop::pipelines::wan {
namespace {

namespace fs = std::filesystem;
using base::Json;

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
  GALLOP_CHECK(found.size() == 1, InvalidArgument, "{}: {} checkpoints ({}, {} ...), expected one; give the files one by one",
               folder.string(), found.size(), found[0].filename().string(), found[1].filename().string());
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
  GALLOP_CHECK(found.size() <= 1, InvalidArgument, "{}: {} files, expected one; give the files one by one (PipelineFiles)", folder.string(),
               found.size());
  return found.empty() ? fs::path() : found[0];
}

// What kind of folder it is decides; nothing when it is none of Wan's.
std::optional<WanFiles> find_in(const fs::path& folder) {
  if (const auto index = folder / "model_index.json"; fs::exists(index)) {
    const auto json = base::read_json(index);
    const auto kind = json.value("_class_name", std::string());
    if (!kind.starts_with("Wan")) return std::nullopt;
    GALLOP_CHECK(kind == "WanPipeline" || kind == "WanImageToVideoPipeline" || kind == "WanVideoToVideoPipeline", Unsupported,
                 "{}: \"{}\" is a relative of Wan that is not read", index.string(), kind);
    return diffusers_files(folder, json);
  }
  const auto is_original = [](const fs::path& file) {
    return fs::exists(file) && base::read_json(file).value("_class_name", std::string()) == "WanModel";
  };
  if (is_original(folder / "config.json") || is_original(folder / "high_noise_model" / "config.json")) {
    auto files = original_files(folder);
    if (files.transformers.size() == 2) files.boundary = base::read_json(files.transformer_config).value("in_dim", 16) == 36 ? 0.9 : 0.875;
    return files;
  }
  if (!fs::is_directory(folder / "diffusion_models")) return std::nullopt;
  PipelineFiles parts;
  const auto transformers = files_ending(folder / "diffusion_models", ".safetensors");
  GALLOP_CHECK(!transformers.empty() && transformers.size() <= 2, InvalidArgument,
               "{}: {} files in diffusion_models, expected one, or the two experts", folder.string(), transformers.size());
  parts.transformer = transformers[0];  // "high" sorts before "low"
  if (transformers.size() == 2) parts.transformer_2 = transformers[1];
  parts.vae = only_file(folder / "vae");
  parts.text_encoder = only_file(folder / "text_encoders");
  parts.image_encoder = only_file(folder / "clip_vision");
  return wan::find_files(parts);
}

}  // namespace

std::optional<WanFiles> find_files(const fs::path& folder) {
  GALLOP_CHECK(fs::exists(folder), NotFound, "{}: no such folder", folder.string());
  GALLOP_CHECK(fs::is_directory(folder), InvalidArgument, "{}: expected a model folder", folder.string());
  auto files = find_in(folder);
  if (!files) return files;
  files->root = folder;
  if (const auto own = folder / "gallop.json"; fs::exists(own)) files->own = base::read_json(own);
  return files;
}

WanFiles find_files(const PipelineFiles& parts) {
  GALLOP_CHECK(!parts.transformer.empty() && !parts.vae.empty(), InvalidArgument,
               "a pipeline from separate files needs at least a transformer and a vae");
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

}  // namespace gallop::pipelines::wan
