// From latents to a clip with sound.
#pragma once

#include <functional>

#include "base/run.h"
#include "gallop/video.h"
#include "pipelines/single_stream/geometry.h"
#include "pipelines/single_stream/parts.h"

namespace gallop::pipelines::single_stream {

// Frames uint8 [4 T - 3, height, width, 3] of video latents, cut to `output` in the middle. By the small decoder, or by the
// Wan 2.2 VAE when there is none. Fractions of a grey level are dropped, as published. `on_frames` is handed the frames as they
// are finished, with the index of the first.
using OnFrames = std::function<void(std::int64_t first, const Video& frames)>;
at::Tensor decode_frames(SingleStreamParts& parts, const at::Tensor& latents, Pixels output, const base::RunMonitor& monitor,
                         const OnFrames& on_frames = {});

// Sound of latents [n, 64] as stereo at 44.1 kHz, exactly as long as `frames` frames: latents run at 25 a second, so the
// wave is one of 51.2 kHz, and what outlasts the picture is cut off.
Audio decode_sound(SingleStreamParts& parts, const at::Tensor& latents, std::int64_t frames, const base::RunMonitor& monitor);

}  // namespace gallop::pipelines::single_stream
