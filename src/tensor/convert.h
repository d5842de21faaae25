// Between the public types and tensors.
#pragma once

#include "gallop/device.h"
#include "gallop/video.h"
#include "tensor/aten.h"

namespace gallop::tensor {

at::Device to_aten(const Device& device);  // Unsupported when this LibTorch has no such GPU
at::ScalarType to_aten(DType dtype);

// Views the frames without a copy: uint8 [T, H, W, 3] on the CPU. The tensor keeps the pixels alive; never write to it.
at::Tensor view_of(const Video& video);
at::Tensor view_of(const Image& image);  // uint8 [H, W, 3]
// Takes a contiguous uint8 CPU tensor [T, H, W, 3] without a copy (made contiguous when it is not).
Video to_video(const at::Tensor& frames, double fps, Audio audio = {});

}  // namespace gallop::tensor
