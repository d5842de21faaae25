// The Wan video VAE, 2.1 and 2.2 (wan.md 4): plain structs of tensors, causal in time, run chunk by chunk.
//
// Frames are [T, H, W, C], channels last: the layout in which the convolutions are fastest on both kinds of device and in
// which the per-pixel norms are one pass over neighbouring numbers. One sample at a time; a batch is a loop (exact).
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "models/wan/config.h"
#include "nn/winograd.h"
#include "weights/weight_map.h"

namespace gallop::models::wan {

struct Conv {
  at::Tensor weight = {};  // [O, I, kT, kH, kW] or [O, I, kH, kW]
  at::Tensor bias = {};
  nn::WinogradConv fast = {};  // takes the place of the weight where that is quicker
  bool defined() const { return weight.defined() || fast.defined(); }
};
struct ResBlock {
  at::Tensor norm1, norm2;  // gamma
  Conv conv1, conv2, shortcut;
};
struct AttentionBlock {
  at::Tensor norm;
  Conv qkv, project;
};
struct MidBlock {
  ResBlock first, second;
  AttentionBlock attention;
};
enum class Resample { none, down2d, down3d, up2d, up3d };
struct Resampler {
  Resample mode = Resample::none;
  Conv spatial, temporal;
};
// One resolution of the encoder or decoder.
struct Stage {
  std::vector<ResBlock> blocks;
  Resampler resampler;
  // The averaging (down) or repeating (up) shortcut of 2.2; 0 = none.
  std::int64_t shortcut_in = 0, shortcut_out = 0, shortcut_time = 1, shortcut_space = 1;
};
struct VaeHalf {
  Conv conv_in, conv_out;
  MidBlock mid;
  std::vector<Stage> stages;
  at::Tensor norm_out;
};
struct VaeWeights {
  VaeHalf encoder, decoder;
  Conv quant, post_quant;
};

// Walks every tensor: diffusers name, shape, tensor.
using ConvVisitor = std::function<void(const std::string& name, std::vector<std::int64_t> shape, at::Tensor& value)>;
VaeWeights shape_vae(const WanVaeConfig& config);  // the structure, tensors undefined
void visit(VaeWeights& vae, const WanVaeConfig& config, const ConvVisitor& visitor);
VaeWeights take_vae(weights::WeightMap& weights, const WanVaeConfig& config);

// What the causal convolutions remember between chunks: one slot a convolution, in the order of execution.
struct CausalState {
  struct Slot {
    at::Tensor frames = {};  // the last input frames; undefined before the first chunk
    bool started = false;    // the first chunk has passed (the doubling in time begins with the second)
  };
  std::vector<Slot> slots = {};
  std::size_t next = 0;
  Slot& take() {
    if (next == slots.size()) slots.emplace_back();
    return slots[next++];
  }
  bool first_chunk() const { return chunks == 0; }
  int chunks = 0;
  bool last_chunk = false;  // nothing is kept for a chunk that will not come
};

// How a decode is cut into pieces; never changes the result beyond rounding.
struct DecodePlan {
  std::int64_t latent_frames = 1;  // latent frames a chunk after the first
  std::int64_t tile_rows = 0;      // latent rows a tile; 0 = not cut
  std::int64_t tile_columns = 0;
  bool tiled() const { return tile_rows > 0 || tile_columns > 0; }
};
struct VaeHooks {
  // Called with finished frames, float32 [n, H, W, 3] in [-1, 1], in order; the tensor is not reused.
  std::function<void(const at::Tensor& frames)> on_frames = {};
  std::function<void()> between_pieces = {};  // may throw to stop
};

// Used by one thread at a time.
class WanVae {
 public:
  WanVae(WanVaeConfig config, const VaeWeights& weights, at::ScalarType dtype, at::Device device);
  const WanVaeConfig& config() const { return config_; }

  // Mean and log-variance of the latents, [2, z, t, h, w]; frames [3, F, H, W] in [-1, 1], F = 4n + 1, H and W multiples of
  // the spatial factor (InvalidArgument otherwise). Not normalised. `chunk` latent frames at a time after the first.
  at::Tensor encode(const at::Tensor& frames, std::int64_t chunk = 1, const VaeHooks& hooks = {});
  // z [z, t, h, w] not normalised -> [3, F, H, W] float32 in [-1, 1]. With hooks.on_frames the frames go there and the
  // result is undefined. A tiled plan hands out frames only at the end.
  at::Tensor decode(const at::Tensor& z, const DecodePlan& plan = {}, const VaeHooks& hooks = {});

  // (z - mean) / std and its inverse, float32, along `dim`.
  at::Tensor normalized(const at::Tensor& z, std::int64_t dim) const;
  at::Tensor denormalized(const at::Tensor& z, std::int64_t dim) const;

  // Latent pixels of context that make a cut exact (wan.md 4.9).
  static constexpr std::int64_t kHalo = 13;

 private:
  at::Tensor decode_whole(const at::Tensor& frames, const DecodePlan& plan, const VaeHooks& hooks);
  at::Tensor decode_tiled(const at::Tensor& frames, const DecodePlan& plan, const VaeHooks& hooks);
  at::Tensor to_pixels(const at::Tensor& frames) const;

  WanVaeConfig config_;
  VaeWeights weights_;
};

}  // namespace gallop::models::wan
