// Shapes of the joint audio-video transformer (single_stream.md 2.2).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "weights/tensor_map.h"

namespace gallop::models::single_stream {

// What differs from layer to layer.
struct LayerKind {
  bool experts = false;  // matrices and norms hold one slice each for video, audio and text rows
  bool gated = true;     // SwiGLU with interleaved channels; otherwise the un-gated GELU form
  bool local = false;    // video sees a window of latent frames (super-resolution to 1080p only)
  bool operator==(const LayerKind&) const = default;
};

struct JointConfig {
  std::int64_t width = 5120, head_dim = 128, kv_heads = 8;
  std::int64_t video_features = 192;  // 48 latent channels of a 2 x 2 patch
  std::int64_t audio_features = 64, text_features = 3584;
  std::int64_t gated_width = 13652, plain_width = 20480;  // hidden widths of the two MLP forms
  std::int64_t window = 11;                               // latent frames to either side in local layers
  std::vector<LayerKind> layers = {};

  std::int64_t heads() const { return width / head_dim; }
  std::int64_t bands() const { return head_dim / 8; }  // rotary frequencies an axis
  std::int64_t latent_channels() const { return video_features / 4; }
  std::int64_t depth() const { return static_cast<std::int64_t>(layers.size()); }
  // Rows of the joint projection: queries, keys, values, one gate a query head.
  std::int64_t qkv_rows() const { return (heads() + 2 * kv_heads) * head_dim + heads(); }
  std::int64_t experts(std::int64_t layer) const { return layers[static_cast<std::size_t>(layer)].experts ? 3 : 1; }
  bool operator==(const JointConfig&) const = default;

  static JointConfig published();  // 40 layers, 15.3 billion parameters
  // Everything but locality follows from names and shapes; checkpoints of this class carry no config file.
  // ModelError: tensors of another model.
  static JointConfig from_tensors(const weights::TensorMap& tensors, const std::string& where);
  // The 1080p super-resolution model has the shapes of the others and local attention in every layer but the fourth of each
  // group of four up to layer 31. The checkpoint does not say so: the caller must know (single_stream.md 2.2).
  JointConfig with_local_attention() const;
};

}  // namespace gallop::models::single_stream
