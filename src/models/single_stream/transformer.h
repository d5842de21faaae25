// The joint audio-video transformer: one sequence of video, audio and text tokens through self-attention only, no timestep
// (single_stream.md 2). Plain structs of tensors and the functions on them.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "models/single_stream/config.h"
#include "models/single_stream/sequence.h"
#include "models/streaming/block_store.h"
#include "nn/layers.h"
#include "weights/weight_map.h"

namespace gallop::models::single_stream {

// Slices lie below one another in the order video, audio, text where a layer has experts. Norm weights are offsets from 1.
struct JointBlock {
  at::Tensor attention_norm;  // [e D]
  at::Tensor qkv;             // [e rows, D]; rows: queries, keys, values, gates
  at::Tensor q_norm, k_norm;  // [e head_dim]
  at::Tensor proj;            // [e D, D]
  at::Tensor mlp_norm;        // [e D]
  at::Tensor up, down;        // [e 2 hidden or e hidden, D], [e D, hidden]
};
struct JointGlobals {
  nn::Linear video_in, audio_in, text_in;
  at::Tensor video_norm, audio_norm;  // [D]
  nn::Linear video_out, audio_out;    // no bias
};

// Walks every tensor: name in the checkpoint, shape, and whether it stays float32 in a reduced-precision model.
struct JointSlot {
  std::string name;
  std::vector<std::int64_t> shape;
  bool keeps_float32 = false;
};
using JointVisitor = std::function<void(const JointSlot&, at::Tensor&)>;
void visit(JointGlobals& globals, const JointConfig& config, const JointVisitor& visitor);
void visit(JointBlock& block, std::int64_t index, const JointConfig& config, const JointVisitor& visitor);
// All of them, the rotary frequencies included, which a checkpoint stores and no model needs.
std::vector<JointSlot> transformer_slots(const JointConfig& config);

// All weights as the checkpoint stores them: views of the mapped files.
struct JointWeights {
  JointGlobals globals;
  std::vector<JointBlock> blocks;
};
// Strict; the caller ends with weights.finish(). ModelError when the stored rotary frequencies are not the published ones.
JointWeights take_transformer(weights::WeightMap& weights, const JointConfig& config);

struct JointInput {
  at::Tensor video = {};  // float32 [C, T, h, w], h and w even
  at::Tensor audio = {};  // float32 [La, audio_features]
  at::Tensor text = {};   // float32 [Nt, text_features], no padding rows
  TextPositions text_positions = TextPositions::origin;
};
struct JointVelocity {
  at::Tensor video, audio;  // float32, shaped as the input; sample = x - sigma v
};
struct JointHooks {
  std::function<void(const std::string& stage, const at::Tensor& value)> observe = {};  // "embed", "layers.N"
  std::function<void()> between_blocks = {};                                            // may throw to stop
};

// Used by one thread at a time. Residual, norms, rotation, gates and activations are float32; matrix products and attention
// are of the compute type, which rounds where the published model rounds.
class JointTransformer {
 public:
  using Blocks = BlockSource<JointBlock>;
  JointTransformer(JointConfig config, JointGlobals globals, std::unique_ptr<Blocks> blocks, at::ScalarType dtype);
  static JointTransformer resident(const JointConfig& config, const JointWeights& weights, at::ScalarType dtype, at::Device device);
  // Two blocks in memory: the one at work and the next. `weights` is shared with the caller's.
  static JointTransformer streamed(const JointConfig& config, const JointWeights& weights, at::ScalarType dtype, at::Device device);

  const JointConfig& config() const { return config_; }
  at::ScalarType dtype() const { return dtype_; }
  // InvalidArgument: shapes that do not fit the config, no text.
  JointVelocity forward(const JointInput& input, const JointHooks& hooks = {});
  // Rows of the widest arrays computed at a time; changes memory, not results beyond rounding.
  void set_chunk_rows(std::int64_t rows) { chunk_rows_ = rows; }

 private:
  JointConfig config_;
  JointGlobals globals_;
  std::unique_ptr<Blocks> blocks_;
  at::ScalarType dtype_;
  std::int64_t chunk_rows_ = 1024;
};

}  // namespace gallop::models::single_stream
