// The named transforms of the VBench reference: decoded frames to what each network expects (vbench.md 3.2).
#pragma once

#include <array>

#include "tensor/resize.h"

namespace gallop::tensor {

// Mean and deviation of each channel in 0..1.
struct ChannelStatistics {
  std::array<double, 3> mean, deviation;
};
inline constexpr ChannelStatistics kImageNetStatistics{{0.485, 0.456, 0.406}, {0.229, 0.224, 0.225}};
inline constexpr ChannelStatistics kClipStatistics{{0.48145466, 0.4578275, 0.40821073}, {0.26862954, 0.26130258, 0.27577711}};

// (images - mean) / deviation on float32 [..., 3, H, W], in float32 as torchvision's Normalize.
at::Tensor normalized(const at::Tensor& images, const ChannelStatistics& statistics);

// Every transform takes frames: uint8 [T, H, W, 3], RGB, as decoded, and gives float32 [T, 3, h, w].
// "clip tensor 224": bicubic K2, centre crop. Dimensions that decode to float32 keep the overshoot of the bicubic;
// those that stay in uint8 clamp and round. The difference shows in the third digit of a score.
enum class ClipInput { from_float, from_uint8 };
at::Tensor clip_tensor_224(const at::Tensor& frames, ClipInput input);
// "clip image 224": Pillow bicubic K4, centre crop.
at::Tensor clip_image_224(const at::Tensor& frames);
// "dino tensor 224": bilinear K1 to short side 224, no crop.
at::Tensor dino_tensor_224(const at::Tensor& frames);
// "tag2text 384": Pillow bilinear K4 to 384 x 384.
at::Tensor tag2text_384(const at::Tensor& frames);
// "UMT 224": OpenCV bilinear K5 to short side 256, centre crop 224.
at::Tensor umt_224(const at::Tensor& frames);

// imaging_quality's pre-scaling (vbench.md 4.7): the size changes only above 512. Result in 0..1.
enum class MusiqScale { longer, shorter, shorter_center_crop, none };
ImageSize musiq_size(ImageSize from, MusiqScale scale);
at::Tensor musiq_tensor(const at::Tensor& frames, MusiqScale scale = MusiqScale::longer);

// GRiT pre-scaling: short sides above 768 become 720. Frames stay in 0..255.
ImageSize grit_size(ImageSize from);
at::Tensor grit_tensor(const at::Tensor& frames, bool antialias);  // float32 [T, 3, h, w], K1 or K3
at::Tensor grit_bytes(const at::Tensor& frames);                   // uint8 [T, h, w, 3], K5

}  // namespace gallop::tensor
