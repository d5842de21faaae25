// The models of a Wan pipeline: opened and checked at once, placed in memory when a stage first needs them.
#pragma once

#include <array>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "models/clip/wan_vision.h"
#include "models/umt5/encoder.h"
#include "models/wan/lora.h"
#include "models/wan/transformer.h"
#include "models/wan/vae.h"
#include "pipelines/wan/files.h"
#include "text/unigram.h"

namespace gallop::pipelines::wan {

// Used by one thread at a time.
class WanParts {
 public:
  // NotFound, FormatError, ModelError (a tensor missing, unexpected or mis-shaped; parts that do not fit each other), Unsupported.
  WanParts(WanFiles files, const LoadOptions& options);

  const WanFiles& files() const { return files_; }
  const models::wan::WanConfig& transformer_config() const { return config_; }
  const models::wan::WanVaeConfig& vae_config() const { return vae_config_; }
  at::ScalarType dtype() const { return dtype_; }
  at::Device device() const { return device_; }
  models::wan::Held held() const { return held_; }
  std::size_t experts() const { return experts_.size(); }

  // Placed on first use. Of two experts only the one at work is kept, unless both are plain views of their files.
  models::wan::WanTransformer& expert(std::size_t index);
  models::wan::WanVae& vae();
  const models::umt5::Encoder& text_encoder();  // NotFound when the files hold none
  const text::Unigram& tokenizer();             // the same
  const models::clip::WanVision& vision();      // the same

  // Frees what later stages do not need; it is placed again on demand.
  void release_text() { text_.reset(); }
  void release_vision() { vision_.reset(); }
  void release_experts();
  void release_vae() { vae_.reset(); }
  // How weights are held from now on: whole, or one (text) or two (transformer) layers at a time.
  void stream(bool text, bool blocks);

  // The form of the experts' matrices from now on.
  void hold(models::wan::Held held);

  // Merged into the experts when they are next placed; none restores the stored weights.
  void set_adapters(std::array<models::wan::Patches, 2> adapters);

  // Bytes in the compute type. Views are used straight from the mapped files: the system takes their memory back when it is short.
  struct Bytes {
    std::uint64_t text = 0, text_layer = 0, vision = 0, expert = 0, block = 0, globals = 0, vae = 0;
    bool text_views = false, expert_views = false;
  };
  const Bytes& bytes() const { return bytes_; }
  // SHA-256 of every weight file, by its path below the model; read once.
  const std::map<std::string, std::string>& hashes();

 private:
  friend class ModelWriter;  // writes every weight again
  struct Expert {
    models::wan::WanWeights weights;
    models::wan::Patches scales;  // of fp8 files that carry them
    bool views = false;           // usable as stored
  };
  void open_experts();
  void open_vae();
  void open_text();
  void open_vision();
  void count_bytes();

  WanFiles files_;
  at::Device device_;
  at::ScalarType dtype_ = at::kFloat;
  models::wan::Held held_ = models::wan::Held::plain;
  models::wan::WanConfig config_;
  models::wan::WanVaeConfig vae_config_;
  std::vector<Expert> experts_;
  models::wan::VaeWeights vae_weights_;
  std::optional<models::umt5::EncoderConfig> text_config_;
  models::umt5::EncoderWeights text_weights_;
  models::wan::Patches text_scales_;
  weights::TensorMap vision_tensors_;
  std::int64_t vision_heads_ = 0;
  std::string embedded_tokenizer_;  // carried inside the text encoder's file
  std::array<models::wan::Patches, 2> adapters_;
  std::array<std::unique_ptr<models::wan::WanTransformer>, 2> placed_;
  std::unique_ptr<models::wan::WanVae> vae_;
  std::unique_ptr<models::umt5::Encoder> text_;
  std::unique_ptr<text::Unigram> tokenizer_;
  std::unique_ptr<models::clip::WanVision> vision_;
  bool stream_text_ = false, stream_blocks_ = false;
  Bytes bytes_;
  std::map<std::string, std::string> hashes_;
};

}  // namespace gallop::pipelines::wan
