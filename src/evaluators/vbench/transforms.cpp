#include "evaluators/vbench/transforms.h"

#include <array>
#include <cmath>

namespace gallop::evaluators::vbench {
namespace {

using Triple = std::array<float, 3>;
constexpr Triple kImageNetMean = {0.485F, 0.456F, 0.406F}, kImageNetStd = {0.229F, 0.224F, 0.225F};
constexpr Triple kClipMean = {0.48145466F, 0.4578275F, 0.40821073F}, kClipStd = {0.26862954F, 0.26130258F, 0.27577711F};

at::Tensor channels(const Triple& values) { return at::tensor(at::ArrayRef<float>(values.data(), values.size())).view({1, 3, 1, 1}); }

at::Tensor normalise(const at::Tensor& x, const Triple& mean, const Triple& deviation) {
  return (x / 255.0).sub_(channels(mean)).div_(channels(deviation));
}

// Short side becomes `side`, the long one is truncated (vbench.md 3.1).
std::array<std::int64_t, 2> short_side(const at::Tensor& x, std::int64_t side) {
  const auto height = x.size(2), width = x.size(3);
  if (height <= width) return {side, side * width / height};
  return {side * height / width, side};
}

at::Tensor centre_crop(const at::Tensor& x, std::int64_t side) {
  const auto offset = [&](std::int64_t size) { return static_cast<std::int64_t>(std::nearbyint(static_cast<double>(size - side) / 2.0)); };
  const auto top = offset(x.size(2)), left = offset(x.size(3));
  return x.slice(2, top, top + side).slice(3, left, left + side);
}

at::Tensor view_of(const media::FrameView& frame) {
  return at::from_blob(const_cast<std::uint8_t*>(frame.rgb.data()), {frame.height, frame.width, 3}, at::kByte);
}

}  // namespace

at::Tensor planes(const media::FrameView& frame) { return view_of(frame).permute({2, 0, 1}).unsqueeze(0).to(at::kFloat).contiguous(); }

at::Tensor copy_of(const media::FrameView& frame) { return view_of(frame).clone(); }

at::Tensor dino_tensor_224(const at::Tensor& planes) {
  const auto size = short_side(planes, 224);
  const bool same = planes.size(2) == size[0] && planes.size(3) == size[1];
  return normalise(same ? planes : at::upsample_bilinear2d(planes, size, false), kImageNetMean, kImageNetStd);
}

at::Tensor clip_tensor_224(const at::Tensor& planes, Precision precision) {
  const auto size = short_side(planes, 224);
  const bool same = planes.size(2) == size[0] && planes.size(3) == size[1];
  auto resized = same ? planes : at::upsample_bicubic2d(planes, size, false);
  if (precision == Precision::bytes && !same) resized = resized.clamp(0, 255).round_();
  return normalise(centre_crop(resized, 224), kClipMean, kClipStd);
}

at::Tensor musiq_longer_512(const at::Tensor& planes) {
  const auto height = planes.size(2), width = planes.size(3), longer = std::max(height, width);
  if (longer <= 512) return planes / 255.0;
  // In this order of operations: some sides become 511 (vbench.md 4.7).
  const double scale = 512.0 / static_cast<double>(longer);
  const auto side = [&](std::int64_t n) { return static_cast<std::int64_t>(scale * static_cast<double>(n)); };
  return at::upsample_bilinear2d(planes, {side(height), side(width)}, false).div_(255.0);
}

}  // namespace gallop::evaluators::vbench
