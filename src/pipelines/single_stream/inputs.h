// What a request gives, as the models take it.
#pragma once

#include "base/run.h"
#include "gallop/generate.h"
#include "pipelines/single_stream/geometry.h"
#include "pipelines/single_stream/parts.h"
#include "tensor/noise.h"

namespace gallop::pipelines::single_stream {

// Text rows of a prompt: the last hidden state through float16, at most 640 rows, float32 [n, width]. The whole prompt is
// encoded before it is cut. ModelError: the tokenizer gives nothing.
at::Tensor text_rows(SingleStreamParts& parts, const std::string& prompt, const base::RunMonitor& monitor, int index, int count);

// uint8 [H, W, 3] cut in the middle to the shape of `size` and scaled to it (Pillow's Lanczos): float32 [3, 1, height, width]
// in [-1, 1].
at::Tensor fitted_picture(const at::Tensor& picture, Pixels size);
// The normalised mean of the picture's latents, float32 [C, 1, h, w].
at::Tensor picture_latents(SingleStreamParts& parts, const Picture& picture, Pixels size, const base::RunMonitor& monitor);

// The sound of a file as the model encodes it, `latents` of them: float32 [latents, C], a sample of the posterior drawn from
// `noise`. Its channels are averaged, resampled to the rate of the latents, cut to whole ones and given to every channel.
at::Tensor sound_latents(SingleStreamParts& parts, const std::filesystem::path& sound, std::int64_t latents, tensor::NoiseStream& noise,
                         const base::RunMonitor& monitor);

}  // namespace gallop::pipelines::single_stream
