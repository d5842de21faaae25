// Pictures and clips of a request to what the transformer is conditioned on (wan.md 6).
#pragma once

#include "base/run.h"
#include "pipelines/pipeline_base.h"
#include "pipelines/wan/parts.h"
#include "pipelines/wan/traits.h"

namespace gallop::pipelines::wan {

// uint8 [H, W, 3] -> float32 [3, height, width] in [-1, 1], Pillow's Lanczos, the aspect not kept.
at::Tensor fitted_picture(const at::Tensor& picture, std::int64_t height, std::int64_t width);
// uint8 [T, H, W, 3] -> float32 [3, T, height, width] in [-1, 1].
at::Tensor fitted_clip(const at::Tensor& frames, std::int64_t height, std::int64_t width);

// Which frames are given: [4, t, h, w], 1 where the frame is; the first latent frame holds one pixel frame, the others four.
at::Tensor frame_mask(at::IntArrayRef latent, std::int64_t temporal, bool last);

// Undefined tensors for a request from text alone. Clip to change: condition is its latents [z, t, h, w].
ImageTensors encode_inputs(WanParts& parts, const WanTraits& traits, const GenerateOptions& options, const base::RunMonitor& monitor);

}  // namespace gallop::pipelines::wan
