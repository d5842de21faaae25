// The named frame transforms of VBench (vbench.md 3). One frame at a time: [1, 3, height, width] float32.
#pragma once

#include "media/frame_source.h"
#include "tensor/aten.h"

namespace gallop::evaluators::vbench {

// The frame as it is: float32 [1, 3, H, W] in 0..255.
at::Tensor planes(const media::FrameView& frame);
// The frame in memory of its own: uint8 [H, W, 3].
at::Tensor copy_of(const media::FrameView& frame);

// Short side to 224, bilinear, no crop; ImageNet normalisation.
at::Tensor dino_tensor_224(const at::Tensor& planes);
enum class Precision { floating, bytes };  // bytes: resized values are clamped and rounded to 0..255
// Short side to 224, bicubic, centre crop; CLIP normalisation.
at::Tensor clip_tensor_224(const at::Tensor& planes, Precision precision);
// Longer side at most 512, bilinear; 0..1.
at::Tensor musiq_longer_512(const at::Tensor& planes);

}  // namespace gallop::evaluators::vbench
