// Where a Wan model's parts lie: diffusers folders, official folders, separate files (wan.md 1.2, 1.6, 1.7).
#pragma once

#include <optional>
#include <vector>

#include "gallop/pipeline.h"
#include "models/wan/config.h"
#include "weights/tensor_map.h"

namespace gallop::pipelines::wan {

struct WanFiles {
  std::filesystem::path root;                       // the model's folder; empty for separate files
  std::vector<std::filesystem::path> transformers;  // one, or the high-noise and the low-noise expert
  std::filesystem::path vae, text_encoder, text_config, tokenizer, image_encoder, image_config;  // empty: absent
  std::filesystem::path vae_config, transformer_config;
  std::optional<double> boundary = std::nullopt;  // share of the schedule at which the experts change
  bool expand_timesteps = false;
  std::optional<double> flow_shift = std::nullopt;  // of the scheduler's file
  base::Json own = {};                              // gallop.json of the folder: name and defaults of a model of one's own
  std::string layout;                               // "diffusers", "original", "files"
};

// Nothing when the folder holds no Wan model. FormatError, NotFound (a part that the index names is absent), Unsupported.
std::optional<WanFiles> find_files(const std::filesystem::path& folder);
WanFiles find_files(const PipelineFiles& files);

// Shapes from the config file where there is one, from the tensors otherwise.
models::wan::WanConfig transformer_config(const WanFiles& files, const weights::TensorMap& tensors);
models::wan::WanVaeConfig vae_config(const WanFiles& files, const weights::TensorMap& tensors);
// "wan2.1-t2v", "wan2.1-i2v", "wan2.1-flf2v", "wan2.2-t2v-a14b", "wan2.2-i2v-a14b" or "wan2.2-ti2v-5b".
std::string model_name(const WanFiles& files, const models::wan::WanConfig& transformer, const models::wan::WanVaeConfig& vae);

}  // namespace gallop::pipelines::wan
