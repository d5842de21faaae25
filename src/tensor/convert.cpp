#include "tensor/convert.h"

#include "base/check.h"

namespace gallop {
inline namespace v0 {

Device Device::best() {
  static const bool has_gpu = at::hasCUDA() && at::detail::getCUDAHooks().deviceCount() > 0;
  return has_gpu ? Device{Kind::cuda, 0} : Device{};
}

}  // namespace v0
}  // namespace gallop

namespace gallop::tensor {

at::Device to_aten(const Device& device) {
  if (device.kind == Device::Kind::cpu) return at::kCPU;
  GALLOP_CHECK(at::hasCUDA(), Unsupported,
               "device: \"{}\" was asked for, but this LibTorch sees no GPU; use \"cpu\", or install a CUDA build of torch", device.str());
  return {at::kCUDA, static_cast<c10::DeviceIndex>(device.index)};
}

at::ScalarType to_aten(DType dtype) {
  switch (dtype) {
    case DType::uint8:
      return at::kByte;
    case DType::float16:
      return at::kHalf;
    case DType::bfloat16:
      return at::kBFloat16;
    case DType::float32:
      break;
  }
  return at::kFloat;
}

at::Tensor view_of(const Video& video) {
  // The deleter owns a copy of the handle, so the pixels outlive every view.
  auto* data = const_cast<std::uint8_t*>(video.pixels().data());
  return at::from_blob(data, {video.frames(), video.height(), video.width(), 3}, [video](void*) {}, at::kByte);
}

at::Tensor view_of(const Image& image) {
  auto* data = const_cast<std::uint8_t*>(image.pixels().data());
  return at::from_blob(data, {image.height(), image.width(), 3}, [image](void*) {}, at::kByte);
}

Video to_video(const at::Tensor& frames, double fps, Audio audio) {
  GALLOP_ASSERT(frames.dim() == 4 && frames.size(3) == 3 && frames.scalar_type() == at::kByte && frames.device().is_cpu());
  auto owner = std::make_shared<const at::Tensor>(frames.contiguous());
  const std::span<const std::uint8_t> pixels(owner->const_data_ptr<std::uint8_t>(), static_cast<std::size_t>(owner->numel()));
  return Video(owner, pixels, owner->size(0), owner->size(1), owner->size(2), fps, std::move(audio));
}

}  // namespace gallop::tensor
