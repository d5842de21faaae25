// Image resizing that repeats the reference libraries to the bit: evaluators are sensitive to which library shrank a
// frame. The kernels are numbered as in docs/resampling.md. All work on the CPU and are safe from any thread.
#pragma once

#include <cstdint>

#include "tensor/aten.h"
#include "tensor/pillow_kernel.h"

namespace gallop::tensor {

struct ImageSize {
  std::int64_t height = 0, width = 0;
  bool operator==(const ImageSize&) const = default;
};

// K1 to K3: torch's interpolate(align_corners=False) as torchvision's Resize calls it.
//   images: float32 or uint8 [..., C, H, W] of 2 to 5 dimensions; result of the same type, size.height by size.width.
// Bilinear without antialias is K1, bicubic (A = -0.75) K2, with antialias K3 (cubic A = -0.5, support grows when
// shrinking). uint8 goes through float32, is clamped (bicubic) and rounded half to even; float bicubic may overshoot
// 0..255.
enum class TorchFilter { bilinear, bicubic };
at::Tensor resize_torch(const at::Tensor& images, ImageSize size, TorchFilter filter, bool antialias = false);

// K4: Pillow's Image.resize on 8-bit pictures: two passes, 22-bit fixed-point weights, 8-bit between them; byte for
// byte with Pillow 13.0.
//   images: uint8 [..., H, W, C], C = 1 or 3.
at::Tensor resize_pillow(const at::Tensor& images, ImageSize size, PillowFilter filter);

// K5: OpenCV's resize(INTER_LINEAR) on 8-bit pictures: 11-bit fixed-point weights; byte for byte (4.10, x86-64), also
// where OpenCV takes the mean of 2x2 pixels because both sides halve exactly.
//   images: uint8 [..., H, W, C], any C.
at::Tensor resize_opencv(const at::Tensor& images, ImageSize size);

// torchvision's Resize(side): the short side becomes `side`, the long one trunc(side * long / short).
ImageSize short_side_size(ImageSize from, std::int64_t side);
// torchvision's CenterCrop on [..., H, W]: offset round-half-even((side - crop) / 2); pads with zeros when the image is
// smaller.
at::Tensor center_crop(const at::Tensor& images, ImageSize crop);

}  // namespace gallop::tensor
