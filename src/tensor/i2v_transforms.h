// Transforms of the image-to-video dimensions (vbench.md 8.2, 8.3): pictures by Pillow's arithmetic, frames by torch's with
// antialias, as torchvision does since 0.17.
#pragma once

#include "tensor/image_transforms.h"

namespace gallop::tensor {

// uint8 [T, H, W, 3] -> float32 [T, 3, 224, 224], bicubic to short side 256, centre crop, ImageNet statistics.
at::Tensor i2v_dino_picture(const at::Tensor& pictures);
at::Tensor i2v_dino_frames(const at::Tensor& frames);
// uint8 [T, H, W, 3] -> float32 [T, 3, 224, 224] in 0..1 (frames may overshoot), bicubic, the aspect ratio not kept.
at::Tensor dreamsim_picture(const at::Tensor& pictures);
at::Tensor dreamsim_frames(const at::Tensor& frames);

}  // namespace gallop::tensor
