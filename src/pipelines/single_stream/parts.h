// The models of a single-stream pipeline: opened and checked at once, placed in memory when a stage first needs them.
#pragma once

#include <map>
#include <memory>
#include <optional>

#include "gallop/pipeline.h"
#include "models/single_stream/transformer.h"
#include "models/stable_audio/vae.h"
#include "models/t5gemma/encoder.h"
#include "models/turbo_decoder/decoder.h"
#include "models/wan/vae.h"
#include "pipelines/single_stream/files.h"
#include "text/bpe.h"

namespace gallop::pipelines::single_stream {

enum class Transformer { base, distilled, refine_540, refine_1080 };
std::string name_of(Transformer kind);

// Used by one thread at a time.
class SingleStreamParts {
 public:
  // ModelError naming the part: missing, damaged, of another model. Unsupported.
  SingleStreamParts(SingleStreamFiles files, const LoadOptions& options);

  const SingleStreamFiles& files() const { return files_; }
  at::ScalarType dtype() const { return dtype_; }
  at::Device device() const { return device_; }
  bool has(Transformer kind) const { return weights_.contains(kind); }
  const models::single_stream::JointConfig& config(Transformer kind) const { return weights_.at(kind).config; }
  const models::single_stream::JointConfig& first_config() const { return weights_.begin()->second.config; }
  const models::stable_audio::AudioVaeConfig& audio_config() const { return audio_config_; }
  const models::t5gemma::EncoderConfig& text_config() const { return text_config_; }
  const std::optional<models::turbo_decoder::TurboConfig>& turbo_config() const { return turbo_config_; }
  bool has_vae() const { return vae_config_.has_value(); }
  bool has_audio_encoder() const;

  // One transformer is placed at a time; asking for another frees it.
  models::single_stream::JointTransformer& transformer(Transformer kind, bool streamed);
  models::t5gemma::Encoder& text_encoder();
  const text::Bpe& tokenizer();
  models::wan::WanVae& vae();  // Unsupported when the folder has none
  const models::turbo_decoder::TurboDecoder& turbo();
  const models::stable_audio::AudioVae& audio_vae();
  // Frees everything that is placed; it is placed again on demand.
  void release();
  void release_transformer() { placed_.reset(); }

  // Bytes in the compute types.
  std::uint64_t text_layer_bytes() const;
  std::uint64_t turbo_bytes() const;
  std::uint64_t vae_bytes() const;
  std::uint64_t audio_bytes() const;
  // SHA-256 of each file, by part; computed once.
  const std::map<std::string, std::string>& hashes();

 private:
  struct Opened {
    models::single_stream::JointConfig config;
    models::single_stream::JointWeights weights;
  };
  void open_transformer(Transformer kind, const std::filesystem::path& file);
  void open_decoders();

  SingleStreamFiles files_;
  at::Device device_;
  at::ScalarType dtype_ = at::kFloat;
  std::map<Transformer, Opened> weights_;
  models::t5gemma::EncoderConfig text_config_;
  models::stable_audio::AudioVaeConfig audio_config_;
  std::optional<models::turbo_decoder::TurboConfig> turbo_config_;
  std::optional<models::wan::WanVaeConfig> vae_config_;
  models::wan::VaeWeights vae_weights_;
  weights::TensorMap text_tensors_, turbo_tensors_, audio_tensors_;
  std::optional<Transformer> placed_kind_;
  bool placed_streamed_ = false;
  std::unique_ptr<models::single_stream::JointTransformer> placed_;
  std::unique_ptr<models::t5gemma::Encoder> text_;
  std::unique_ptr<text::Bpe> tokenizer_;
  std::unique_ptr<models::wan::WanVae> vae_;
  std::unique_ptr<models::turbo_decoder::TurboDecoder> turbo_;
  std::unique_ptr<models::stable_audio::AudioVae> audio_;
  std::map<std::string, std::string> hashes_;
};

}  // namespace gallop::pipelines::single_stream
