// The UMT5 text encoder (wan.md 2.4): pre-norm, no biases, a relative position table in every layer, no score scaling.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/json.h"
#include "nn/wide_linear.h"
#include "weights/weight_map.h"

namespace gallop::models::umt5 {

struct EncoderConfig {
  std::int64_t vocab = 256384, width = 4096, inner = 4096, ffn = 10240, layers = 24, heads = 64, buckets = 32, max_distance = 128;
  double eps = 1e-6;
  static EncoderConfig from_json(const base::Json& json, const std::string& where);
  base::OrderedJson to_json() const;
  // From the tensors' shapes; `names` after rename_original.
  static EncoderConfig from_tensors(const weights::TensorMap& tensors, const std::string& where);
};

// Original names ("blocks.0.attn.q.weight") to the Hugging Face ones; aliases of the embedding are dropped.
weights::TensorMap encoder_tensors(weights::TensorMap tensors);
// Bucket of a relative position (key minus query), bidirectional (wan.md 2.4).
std::int64_t position_bucket(std::int64_t distance, std::int64_t buckets, std::int64_t max_distance);

struct Layer {
  at::Tensor norm_attention, norm_ffn;
  nn::WideLinear q, k, v, o, gate, up, down;
  at::Tensor positions;  // [buckets, heads]
};

// All weights, as the checkpoint stores them.
struct EncoderWeights {
  at::Tensor embedding, final_norm;
  std::vector<Layer> layers;
};
// Takes everything `config` needs; the caller ends with weights.finish().
EncoderWeights take_encoder(const EncoderConfig& config, weights::WeightMap& weights);
// The tensors of a layer with the ends of their names ("layer.0.SelfAttention.q.weight").
std::vector<std::pair<std::string, at::Tensor>> tensors_of(const Layer& layer);
// How a stored tensor becomes one in the compute type and on the device; tensors already there are shared.
using Place = std::function<at::Tensor(const std::string& name, const at::Tensor& value, at::ScalarType dtype, at::Device device)>;

// Immutable after construction.
class Encoder {
 public:
  // The embedding keeps its stored type: only the rows in use are converted. Streamed: a layer is placed when its turn comes and
  // freed after it, so that one layer is in memory.
  Encoder(EncoderConfig config, const EncoderWeights& weights, at::ScalarType dtype, at::Device device, bool streamed, Place place);
  // Resident, placed plainly. ModelError through weights.finish(), which the caller ends with.
  static Encoder load(const EncoderConfig& config, weights::WeightMap& weights, at::ScalarType dtype, at::Device device);
  const EncoderConfig& config() const { return config_; }
  // ids of one prompt -> [n, width] in the compute type. `after_layer` may throw to stop.
  at::Tensor encode(const std::vector<int>& ids, const std::function<void(int)>& after_layer = {}) const;

 private:
  Layer placed(std::size_t index) const;

  EncoderConfig config_;
  at::ScalarType dtype_ = at::kFloat;
  at::Device device_ = at::kCPU;
  bool streamed_ = false;
  Place place_;
  at::Tensor embedding_, final_norm_;
  std::vector<Layer> layers_;  // placed, or as stored when streamed
};

}  // namespace gallop::models::umt5
