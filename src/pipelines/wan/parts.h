// The models of a Wan pipeline: opened and checked at once, placed in memory when a stage first needs them.
#pragma once

#include <array>
#include <map>
#include <memory>
#include <optional>

#include "models/clip/wan_vision.h"
#include "models/umt5/encoder.h"
#include "models/wan/transformer.h"
#include "models/wan/vae.h"
#include "models/wan/lora.h"
#include "pipelines/wan/files.h"
#include "text/unigram.h"

namespace gallop::pipelines::wan {

// Used by one thread at a time.
class WanParts {
 public:
  // NotFound, FormatError, ModelError (a tensor missing, unexpected or mis-shaped), Unsupported.
  WanParts(WanFiles files, const LoadOptions& options);

  const WanFiles& files() const { return files_; }
  const std::string& name() const { return name_; }
  const models::wan::WanConfig& transformer_config() const { return config_; }
  const models::wan::WanVaeConfig& vae_config() const { return vae_config_; }
  at::ScalarType dtype() const { return dtype_; }
  at::Device device() const { return device_; }
  std::size_t experts() const { return weights_.size(); }

  models::wan::WanTransformer& expert(std::size_t index);
  models::wan::WanVae& vae();
  const models::umt5::Encoder& text_encoder();  // NotFound when the files hold none
  const text::Unigram& tokenizer();
  const models::clip::WanVision& vision();

  // Frees what later stages do not need; it is loaded again on demand.
  void release_text() { text_.reset(); }
  void release_experts(std::optional<std::size_t> keep = std::nullopt);
  void release_vae() { vae_.reset(); }
  void stream_blocks(bool streamed);  // experts placed from now on keep only two blocks in memory

  // Merges adapters when experts are next placed; empty restores the stored weights.
  void set_patches(std::vector<models::wan::Patches> patches);

  // Bytes of each part in its compute type.
  std::uint64_t expert_bytes() const;
  std::uint64_t block_bytes() const;
  std::uint64_t vae_bytes() const;
  std::uint64_t text_bytes() const;
  // SHA-256 of each file, by part; computed once.
  const std::map<std::string, std::string>& hashes();

 private:
  void open_expert(std::size_t index);
  void open_vae();

  WanFiles files_;
  at::Device device_;
  at::ScalarType dtype_;
  std::string name_;
  models::wan::WanConfig config_;
  models::wan::WanVaeConfig vae_config_;
  std::vector<models::wan::WanWeights> weights_;
  models::wan::VaeWeights vae_weights_;
  std::vector<models::wan::Patches> scales_;   // fp8 scales of each expert
  std::vector<models::wan::Patches> patches_;  // adapters of each expert
  std::array<std::unique_ptr<models::wan::WanTransformer>, 2> placed_;
  std::unique_ptr<models::wan::WanVae> vae_;
  std::unique_ptr<models::umt5::Encoder> text_;
  std::unique_ptr<text::Unigram> tokenizer_;
  std::unique_ptr<models::clip::WanVision> vision_;
  bool streamed_ = false;
  std::map<std::string, std::string> hashes_;
};

}  // namespace gallop::pipelines::wan
