#include "tensor/image_transforms.h"

#include <algorithm>

#include "base/check.h"

namespace gallop::tensor {
namespace {

constexpr ImageSize kCrop224{224, 224};

ImageSize frame_size(const at::Tensor& frames) {
  GALLOP_CHECK(frames.dim() == 4 && frames.size(3) == 3 && frames.scalar_type() == at::kByte && frames.numel() > 0, InvalidArgument,
               "transform: {} tensor of {} dimensions; expected decoded frames, uint8 [T, H, W, 3]", c10::toString(frames.scalar_type()),
               frames.dim());
  return {frames.size(1), frames.size(2)};
}

at::Tensor channels_first(const at::Tensor& frames) { return frames.permute({0, 3, 1, 2}); }

// 0..255 to 0..1 as ToTensor and float().div(255) do.
at::Tensor unit_range(const at::Tensor& images) { return images.to(at::kFloat).div(255.0); }

// int(512. / side * other) in this order: for some sizes the long side becomes 511.
ImageSize scaled_to(ImageSize from, std::int64_t reference, double target) {
  const double scale = target / static_cast<double>(reference);
  return {static_cast<std::int64_t>(scale * static_cast<double>(from.height)),
          static_cast<std::int64_t>(scale * static_cast<double>(from.width))};
}

}  // namespace

at::Tensor normalized(const at::Tensor& images, const ChannelStatistics& statistics) {
  GALLOP_CHECK(images.dim() >= 3 && images.size(-3) == 3, InvalidArgument, "normalize: {} dimensions; expected [..., 3, H, W]",
               images.dim());
  const auto channel_values = [&](const std::array<double, 3>& values) {
    return at::tensor(at::ArrayRef<double>(values), images.options()).view({3, 1, 1});
  };
  return images.sub(channel_values(statistics.mean)).div_(channel_values(statistics.deviation));
}

at::Tensor clip_tensor_224(const at::Tensor& frames, ClipInput input) {
  const auto size = short_side_size(frame_size(frames), 224);
  auto images = channels_first(frames);
  if (input == ClipInput::from_float) images = images.to(at::kFloat);
  return normalized(unit_range(center_crop(resize_torch(images, size, TorchFilter::bicubic), kCrop224)), kClipStatistics);
}

at::Tensor clip_image_224(const at::Tensor& frames) {
  const auto resized = resize_pillow(frames, short_side_size(frame_size(frames), 224), PillowFilter::bicubic);
  return normalized(unit_range(center_crop(channels_first(resized), kCrop224)), kClipStatistics);
}

at::Tensor dino_tensor_224(const at::Tensor& frames) {
  const auto size = short_side_size(frame_size(frames), 224);
  return normalized(unit_range(resize_torch(channels_first(frames).to(at::kFloat), size, TorchFilter::bilinear)), kImageNetStatistics);
}

at::Tensor tag2text_384(const at::Tensor& frames) {
  frame_size(frames);
  return normalized(unit_range(channels_first(resize_pillow(frames, {384, 384}, PillowFilter::bilinear))), kImageNetStatistics);
}

at::Tensor umt_224(const at::Tensor& frames) {
  const auto resized = resize_opencv(frames, short_side_size(frame_size(frames), 256));
  return normalized(unit_range(center_crop(channels_first(resized), kCrop224)), kImageNetStatistics);
}

ImageSize musiq_size(ImageSize from, MusiqScale scale) {
  const auto side = scale == MusiqScale::longer ? std::max(from.height, from.width) : std::min(from.height, from.width);
  return scale == MusiqScale::none || side <= 512 ? from : scaled_to(from, side, 512.0);
}

at::Tensor musiq_tensor(const at::Tensor& frames, MusiqScale scale) {
  const auto from = frame_size(frames);
  const auto size = musiq_size(from, scale);
  auto images = resize_torch(channels_first(frames).to(at::kFloat), size, TorchFilter::bilinear);
  // The crop belongs to the shrinking: a small frame is left whole. 511 rows are padded with one of zeros.
  if (scale == MusiqScale::shorter_center_crop && !(size == from)) images = center_crop(images, {512, 512});
  return images.div(255.0);
}

ImageSize grit_size(ImageSize from) {
  const auto side = std::min(from.height, from.width);
  return side > 768 ? scaled_to(from, side, 720.0) : from;
}

at::Tensor grit_tensor(const at::Tensor& frames, bool antialias) {
  const auto from = frame_size(frames);
  return resize_torch(channels_first(frames).to(at::kFloat), grit_size(from), TorchFilter::bilinear, antialias);
}

at::Tensor grit_bytes(const at::Tensor& frames) { return resize_opencv(frames, grit_size(frame_size(frames))); }

}  // namespace gallop::tensor
