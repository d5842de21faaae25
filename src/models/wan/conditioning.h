// What the blocks are conditioned on: time modulation, embedded text and image features (wan.md 3.3, 3.7, 3.9).
#pragma once

#include "models/wan/transformer.h"

namespace gallop::models::wan {

// A run of neighbouring tokens that share one timestep in every sample.
struct TimeSpan {
  std::int64_t first = 0, count = 0;
};
struct TimeModulation {
  std::vector<TimeSpan> spans;  // cover all tokens, in order
  at::Tensor embedding;         // [B, spans, D] in the compute type
  at::Tensor projection;        // [B, spans, 6, D] in the compute type
};
// timestep float32 [B] or [B, N]: the network runs once for each run of equal timesteps, not once for each token.
TimeModulation time_modulation(const WanGlobals& globals, const WanConfig& config, const at::Tensor& timestep, std::int64_t tokens);
// [B, 512, text_dim] -> [B, 512, D]
at::Tensor embed_text(const WanGlobals& globals, const at::Tensor& text);
// [B, 257, image_dim] (or two rows a sample with a position table) -> [B, 257 or 514, D]
at::Tensor embed_image(const WanGlobals& globals, const at::Tensor& image);

}  // namespace gallop::models::wan
