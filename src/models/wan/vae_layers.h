// The VAE's layers on frames [T, H, W, C] (wan.md 4.1, 4.4, 4.5).
#pragma once

#include "models/wan/vae.h"

namespace gallop::models::wan {

// Convolution of frames without history. 5-D weights see time, 4-D weights each frame. -> [T', H', W', O]
at::Tensor convolve(const Conv& conv, const at::Tensor& x, at::IntArrayRef stride, at::IntArrayRef padding);
// 1x1x1 and 1x1 convolutions are dense layers over the channels.
at::Tensor pointwise(const Conv& conv, const at::Tensor& x);
// 3x3x3 causal convolution that continues where the chunk before ended; with gamma: of silu(norm(x)).
at::Tensor causal(const Conv& conv, const at::Tensor& gamma, at::Tensor x, CausalState& state);
at::Tensor run(const ResBlock& block, const at::Tensor& x, CausalState& state);
at::Tensor run(const AttentionBlock& block, const at::Tensor& x);
at::Tensor run(const MidBlock& block, const at::Tensor& x, CausalState& state);
at::Tensor run(const Stage& stage, at::Tensor x, CausalState& state);

// Pixels folded into channels, the column offset slower than the row offset, and back.
at::Tensor patchify(const at::Tensor& frames, std::int64_t patch);
at::Tensor unpatchify(const at::Tensor& frames, std::int64_t patch);

}  // namespace gallop::models::wan
