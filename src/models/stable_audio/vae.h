// The Stable Audio autoencoder (arXiv 2404.10301; single_stream.md 2.18): stereo waveforms to 64 numbers per 2048 samples.
#pragma once

#include <functional>
#include <vector>

#include "base/json.h"
#include "weights/weight_map.h"

namespace gallop::models::stable_audio {

struct AudioVaeConfig {
  std::int64_t channels = 128, latent = 64, waves = 2;  // base width, latent channels, sound channels
  std::vector<std::int64_t> multipliers = {1, 2, 4, 8, 16}, strides = {2, 4, 4, 8, 8};
  std::int64_t hop() const;  // samples per latent
  bool operator==(const AudioVaeConfig&) const = default;
  // model_config.json of a published checkpoint: its model.pretransform.config. FormatError, Unsupported (another kind).
  static AudioVaeConfig from_json(const base::Json& json, const std::string& where);
};

// x + sin^2(a x) / (b + 1e-9), both stored as logarithms; here the factors themselves.
struct Snake {
  at::Tensor frequency, inverse;  // [C, 1, 1]
};
struct WaveConv {
  at::Tensor weight, bias;  // [O, I, 1, K] (transposed: [I, O, 1, K]), weight norm folded in
};
struct ResidualUnit {
  Snake first, second;
  WaveConv wide, point;
  std::int64_t dilation = 1;
};
struct AudioStage {
  Snake snake;
  WaveConv resample;
  std::vector<ResidualUnit> units;
  std::int64_t stride = 1;
};
struct AudioHalf {
  WaveConv in, out;
  Snake snake;
  std::vector<AudioStage> stages;
};

// Immutable after construction. Runs in float32 as published; float64 is the oracle, because thirty sines in a row amplify the
// rounding of single samples.
class AudioVae {
 public:
  // Names "decoder.layers..." and, when `with_encoder`, "encoder.layers..."; the caller ends with weights.finish().
  static AudioVae load(const AudioVaeConfig& config, weights::WeightMap& weights, at::Device device, bool with_encoder,
                       at::ScalarType dtype = at::kFloat);
  const AudioVaeConfig& config() const { return config_; }
  bool has_encoder() const { return encoder_.in.weight.defined(); }

  // Latents [latent, n] -> [waves, n hop] in the compute type, not clipped. `between` may throw to stop.
  at::Tensor decode(const at::Tensor& latents, const std::function<void()>& between = {}) const;
  // Waveform [waves, samples], samples a multiple of the hop, -> mean and deviation, each [latent, samples / hop]; a sample
  // of the posterior is mean + deviation noise. InvalidArgument, Unsupported without the encoder's weights.
  struct Posterior {
    at::Tensor mean, deviation;
  };
  Posterior encode(const at::Tensor& waveform, const std::function<void()>& between = {}) const;

 private:
  AudioVaeConfig config_;
  AudioHalf encoder_, decoder_;
};

}  // namespace gallop::models::stable_audio
