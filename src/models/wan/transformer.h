// The Wan video transformer (wan.md 3): plain structs of tensors and the functions on them.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "models/wan/config.h"
#include "nn/wide_linear.h"
#include "weights/weight_map.h"

namespace gallop::models::wan {

struct WanAttention {
  nn::WideLinear q, k, v, out;
  at::Tensor norm_q, norm_k;        // [D]
  nn::WideLinear image_k, image_v;  // image branch only
  at::Tensor norm_image_k;
};
struct WanBlock {
  at::Tensor table;  // [1, 6, D]: shift, scale, gate of attention and feed-forward
  WanAttention self, cross;
  at::Tensor cross_norm, cross_norm_bias;  // [D]
  nn::WideLinear ffn_in, ffn_out;
};
struct WanGlobals {
  nn::WideLinear patch;  // weight [D, C, 1, 2, 2]
  nn::WideLinear time_in, time_out, time_proj;
  nn::WideLinear text_in, text_out;
  at::Tensor image_norm, image_norm_bias;  // image branch only
  nn::WideLinear image_in, image_out;
  at::Tensor image_out_norm, image_out_norm_bias;
  at::Tensor image_positions;  // [1, 514, image_dim], first and last frame only
  at::Tensor table;            // [1, 2, D]
  nn::WideLinear head;
};

// Walks every tensor with its diffusers name, shape, and whether it stays float32 in a reduced-precision model
// (wan.md 1.8, 3.5). Loading, key tables, conversion and adapters all use this one list.
struct TensorSlot {
  std::string name;
  std::vector<std::int64_t> shape;
  bool keeps_float32 = false;
};
using SlotVisitor = std::function<void(const TensorSlot&, at::Tensor&)>;
void visit(WanGlobals& globals, const WanConfig& config, const SlotVisitor& visitor);
void visit(WanBlock& block, std::int64_t index, const WanConfig& config, const SlotVisitor& visitor);
std::vector<TensorSlot> transformer_slots(const WanConfig& config);

// All weights, as the checkpoint stores them (views of the mapped file).
struct WanWeights {
  WanGlobals globals;
  std::vector<WanBlock> blocks;
};
// Takes everything `config` needs under diffusers names; the caller ends with weights.finish().
WanWeights take_transformer(weights::WeightMap& weights, const WanConfig& config);
// How a stored tensor becomes one in the compute type and on the device; tensors already there are shared.
using Place = std::function<at::Tensor(const std::string& name, const at::Tensor& value, at::ScalarType dtype, at::Device device)>;
at::Tensor place_plainly(const std::string& name, const at::Tensor& value, at::ScalarType dtype, at::Device device);

// How the matrices of the blocks are held: in the compute type, or in 8 bits with a step an output (nn/int8_product.h; CPU).
enum class Held { plain, int8 };

// Hands out the blocks one after another: resident, or streamed from slower memory.
class BlockStore {
 public:
  virtual ~BlockStore() = default;
  virtual const WanBlock& block(std::int64_t index) = 0;  // valid until the next call
};

struct WanInput {
  at::Tensor latents = {};   // [B, C, T, h, w], h and w even
  at::Tensor timestep = {};  // float32 [B], or [B, N] for a time per token; 0 to 1000
  at::Tensor text = {};      // [B, 512, text_dim], rows beyond the prompt zero
  at::Tensor image = {};     // [B, 257, image_dim], or [2 B, 257, image_dim] first and last adjacent; undefined without image branch
};
struct ForwardHooks {
  std::function<void(const std::string& stage, const at::Tensor& value)> observe = {};  // stages by their diffusers names
  std::function<void()> between_blocks = {};                                            // may throw to stop
};

// Used by one thread at a time.
class WanTransformer {
 public:
  // `globals` in the compute type and place of the blocks.
  WanTransformer(WanConfig config, WanGlobals globals, std::unique_ptr<BlockStore> blocks);
  // Every block resident, in `dtype` on `device`.
  static WanTransformer resident(const WanConfig& config, const WanWeights& weights, at::ScalarType dtype, at::Device device,
                                 const Place& place = place_plainly, Held held = Held::plain);
  // Two blocks in memory: the one at work and the next, which is fetched meanwhile. `weights` is shared with the caller's.
  static WanTransformer streamed(const WanConfig& config, const WanWeights& weights, at::ScalarType dtype, at::Device device,
                                 const Place& place = place_plainly, Held held = Held::plain);
  const WanConfig& config() const { return config_; }
  at::ScalarType dtype() const { return globals_.patch.weight.scalar_type(); }

  // Velocity [B, out_channels, T, h, w] in the compute type. InvalidArgument: shapes that do not fit the config.
  at::Tensor forward(const WanInput& input, const ForwardHooks& hooks = {});

 private:
  WanConfig config_;
  WanGlobals globals_;
  std::unique_ptr<BlockStore> blocks_;
};

}  // namespace gallop::models::wan
