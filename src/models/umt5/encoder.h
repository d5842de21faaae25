// The UMT5 text encoder (wan.md 2.4): pre-norm, no biases, a relative position table in every layer, no score scaling.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "base/json.h"
#include "nn/layers.h"
#include "weights/weight_map.h"

namespace gallop::models::umt5 {

struct EncoderConfig {
  std::int64_t vocab = 256384, width = 4096, inner = 4096, ffn = 10240, layers = 24, heads = 64, buckets = 32, max_distance = 128;
  double eps = 1e-6;
  static EncoderConfig from_json(const base::Json& json, const std::string& where);
  // From the tensors' shapes; `names` after rename_original.
  static EncoderConfig from_tensors(const weights::TensorMap& tensors, const std::string& where);
};

// Original names ("blocks.0.attn.q.weight") to the Hugging Face ones; aliases of the embedding are dropped.
weights::TensorMap encoder_tensors(weights::TensorMap tensors);
// Bucket of a relative position (key minus query), bidirectional (wan.md 2.4).
std::int64_t position_bucket(std::int64_t distance, std::int64_t buckets, std::int64_t max_distance);

struct Layer {
  at::Tensor norm_attention, norm_ffn;
  nn::Linear q, k, v, o, gate, up, down;
  at::Tensor positions;  // [buckets, heads]
};

// Immutable after construction.
class Encoder {
 public:
  // ModelError through weights.finish(), which the caller ends with. The embedding keeps its stored type: only the rows in use
  // are converted.
  static Encoder load(const EncoderConfig& config, weights::WeightMap& weights, at::ScalarType dtype, at::Device device);
  const EncoderConfig& config() const { return config_; }
  // ids of one prompt -> [n, width] in the compute type. `after_layer` may throw to stop.
  at::Tensor encode(const std::vector<int>& ids, const std::function<void(int)>& after_layer = {}) const;

 private:
  EncoderConfig config_;
  at::ScalarType dtype_ = at::kFloat;
  at::Device device_ = at::kCPU;
  at::Tensor embedding_, final_norm_;
  std::vector<Layer> layers_;
};

}  // namespace gallop::models::umt5
