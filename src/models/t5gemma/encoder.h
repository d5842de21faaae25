// The encoder half of T5Gemma (single_stream.md 2.11): bidirectional, grouped heads, norms before and after each part.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "base/json.h"
#include "models/streaming/block_store.h"
#include "nn/layers.h"
#include "weights/weight_map.h"

namespace gallop::models::t5gemma {

struct EncoderConfig {
  std::int64_t vocab = 256000, width = 3584, hidden = 14336, layers = 42, heads = 16, kv_heads = 8, head_dim = 256;
  std::int64_t window = 4096;  // tokens to either side that every second layer sees; longer prompts are refused
  double query_scale = 256.0;  // scores are divided by its square root
  double soft_cap = 50.0;      // of the scores, when switched on
  double theta = 10000.0, eps = 1e-6;
  // config.json of the encoder, or of the whole model (its "encoder" part). FormatError, Unsupported.
  static EncoderConfig from_json(const base::Json& json, const std::string& where);
};

struct EncoderOptions {
  // The soft cap belongs to the model, but the reference backend leaves it out: off for equality with published results.
  bool soft_cap = false;
  // Embeddings are multiplied by the square root of the width as bfloat16 rounds it, whatever the compute type: the
  // published run is a bfloat16 one. Off: rounded to the compute type.
  bool bfloat16_scale = true;
};

// The encoder's tensors under "encoder." names, from the whole model's file or the encoder's own; the decoder is left out.
weights::TensorMap encoder_tensors(weights::TensorMap tensors);

struct Layer {
  at::Tensor norm_attention, norm_attended, norm_mlp, norm_fed;  // offsets from 1
  nn::Linear q, k, v, o, gate, up, down;
};

// Used by one thread at a time. Layers are placed one ahead of the one at work: a prompt passes each once.
class Encoder {
 public:
  // ModelError through weights.finish(), which the caller ends with.
  static Encoder load(const EncoderConfig& config, weights::WeightMap& weights, at::ScalarType dtype, at::Device device,
                      const EncoderOptions& options = {});
  const EncoderConfig& config() const { return config_; }
  // ids of one prompt -> the last hidden state, behind the final norm, [n, width] in the compute type. `after_layer` may throw
  // to stop. InvalidArgument: more tokens than the window; ModelError: a token beyond the vocabulary.
  at::Tensor encode(const std::vector<int>& ids, const std::function<void(int)>& after_layer = {});

 private:
  EncoderConfig config_;
  EncoderOptions options_;
  at::ScalarType dtype_ = at::kFloat;
  at::Device device_ = at::kCPU;
  at::Tensor embedding_, final_norm_;
  std::unique_ptr<BlockSource<Layer>> layers_;
};

}  // namespace gallop::models::t5gemma
