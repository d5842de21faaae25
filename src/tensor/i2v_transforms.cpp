#include "tensor/i2v_transforms.h"

namespace gallop::tensor {
namespace {

constexpr std::int64_t kShort = 256;
constexpr ImageSize kSquare{224, 224};

at::Tensor channels_in_front(const at::Tensor& frames) { return frames.permute({0, 3, 1, 2}); }
ImageSize shrunk(const at::Tensor& frames) { return short_side_size({frames.size(1), frames.size(2)}, kShort); }
at::Tensor by_torch(const at::Tensor& frames, ImageSize size) {
  return resize_torch(channels_in_front(frames).to(at::kFloat), size, TorchFilter::bicubic, true);
}
at::Tensor by_pillow(const at::Tensor& pictures, ImageSize size) {
  return channels_in_front(resize_pillow(pictures, size, PillowFilter::bicubic)).to(at::kFloat);
}

at::Tensor cropped(const at::Tensor& images) { return normalized(center_crop(images, kSquare).div(255.0), kImageNetStatistics); }

}  // namespace

at::Tensor i2v_dino_picture(const at::Tensor& pictures) { return cropped(by_pillow(pictures, shrunk(pictures))); }
at::Tensor i2v_dino_frames(const at::Tensor& frames) { return cropped(by_torch(frames, shrunk(frames))); }
at::Tensor dreamsim_picture(const at::Tensor& pictures) { return by_pillow(pictures, kSquare).div(255.0); }
at::Tensor dreamsim_frames(const at::Tensor& frames) { return by_torch(frames, kSquare).div(255.0); }

}  // namespace gallop::tensor
