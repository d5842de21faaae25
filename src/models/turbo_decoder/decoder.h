// The small decoder of Wan 2.2 latents that the joint audio-video models come with (single_stream.md 2.17): not causal, no
// learned norms, seven latent frames at a time.
#pragma once

#include <functional>
#include <vector>

#include "base/json.h"
#include "weights/weight_map.h"

namespace gallop::models::turbo_decoder {

struct TurboConfig {
  std::int64_t latent = 48, patch = 2;
  std::vector<std::int64_t> widths = {512, 512, 256, 128, 64};  // middle, then each stage
  std::vector<std::int64_t> blocks = {3, 3, 2, 2, 2};           // residual blocks of the same
  std::vector<bool> grows = {true, true, true, false};          // a stage doubles its picture
  std::vector<bool> grows_in_time = {true, true, false, false};
  std::int64_t first_window = 7, step = 7;
  std::vector<double> latents_mean = {}, latents_std = {};
  double shortcut_eps = 1e-6;

  std::int64_t frames_per_latent() const;  // 4 in the published shape
  bool operator==(const TurboConfig&) const = default;
  static TurboConfig published();
  // The JSON beside the published weights. FormatError, Unsupported.
  static TurboConfig from_json(const base::Json& json, const std::string& where);
};

struct TurboConv {
  at::Tensor weight = {}, bias = {};  // [O, I, kT, kH, kW] or [O, I, kH, kW]
};
struct TurboBlock {
  TurboConv conv1 = {}, conv2 = {}, shortcut = {};  // shortcut only where the width changes
  bool relu = false;                                // behind the first norm; SiLU otherwise
};
struct TurboStage {
  TurboBlock entry;         // only where the width changes
  TurboConv time, picture;  // growing in time and space
  std::vector<TurboBlock> blocks;
};
struct TurboWeights {
  TurboConv in, out;
  std::vector<TurboBlock> middle;
  std::vector<TurboStage> stages;
};
using TurboVisitor = std::function<void(const std::string& name, std::vector<std::int64_t> shape, at::Tensor& value)>;
TurboWeights shape_turbo(const TurboConfig& config);
void visit(TurboWeights& weights, const TurboConfig& config, const TurboVisitor& visitor);

// Which latent frames each call sees and which of its frames are kept.
struct TurboWindow {
  std::int64_t first = 0, count = 0;           // latents, of the padded sequence
  std::int64_t drop_front = 0, drop_back = 0;  // frames
};
struct TurboPlan {
  std::int64_t padding = 0;  // repeats of the last latent
  std::vector<TurboWindow> windows;
};
TurboPlan plan_windows(const TurboConfig& config, std::int64_t latents);

// Immutable after construction.
class TurboDecoder {
 public:
  // The published pickle keeps its averaged weights under "ema_state_dict", optionally behind "module."; the caller passes
  // them through turbo_tensors. Ends with weights.finish() by the caller.
  static TurboDecoder load(const TurboConfig& config, weights::WeightMap& weights, at::ScalarType dtype, at::Device device);
  const TurboConfig& config() const { return config_; }
  // Latents [latent, T, h, w] as the transformer has them, normalised -> frames in order, float32 [n, H, W, 3] around [-1, 1],
  // not clipped; 4 T - 3 in all. `between` may throw to stop.
  void decode(const at::Tensor& latents, const std::function<void(const at::Tensor& frames)>& on_frames,
              const std::function<void()>& between = {}) const;

 private:
  at::Tensor decode_window(const at::Tensor& latents, bool first, const std::function<void()>& between) const;

  TurboConfig config_;
  TurboWeights weights_;
  at::ScalarType dtype_ = at::kFloat;
  at::Tensor mean_, inverse_std_;  // float32 [latent, 1, 1, 1]
};

// The decoder's tensors whatever container they came in.
weights::TensorMap turbo_tensors(weights::TensorMap tensors);

}  // namespace gallop::models::turbo_decoder
