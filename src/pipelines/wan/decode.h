// From latents to frames.
#pragma once

#include "base/run.h"
#include "pipelines/wan/parts.h"

namespace gallop::pipelines::wan {

// Latents [z, t, h, w], normalised. `on_frames` (may be empty) gets the frames as they are finished. InvalidArgument: another shape.
Video decode_latents(WanParts& parts, const at::Tensor& latents, double fps, const models::wan::DecodePlan& plan,
                     const base::RunMonitor& monitor, const std::function<void(std::int64_t, const Video&)>& on_frames = {});

// float [..., 3] in [-1, 1] -> uint8, cut off as the references do (wan.md 4.7).
at::Tensor to_bytes(const at::Tensor& frames);

}  // namespace gallop::pipelines::wan
