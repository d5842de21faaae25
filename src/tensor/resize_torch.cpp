// K1 to K3: LibTorch's own kernels, called as torchvision calls them.
#include <array>
#include <cmath>

#include "base/check.h"
#include "tensor/resize.h"

namespace gallop::tensor {
namespace {

at::Tensor interpolate_float(const at::Tensor& images, ImageSize size, TorchFilter filter, bool antialias) {
  const std::array<std::int64_t, 2> sides{size.height, size.width};
  if (filter == TorchFilter::bilinear)
    return antialias ? at::_upsample_bilinear2d_aa(images, sides, false) : at::upsample_bilinear2d(images, sides, false);
  return antialias ? at::_upsample_bicubic2d_aa(images, sides, false) : at::upsample_bicubic2d(images, sides, false);
}

}  // namespace

at::Tensor resize_torch(const at::Tensor& images, ImageSize size, TorchFilter filter, bool antialias) {
  GALLOP_CHECK(images.dim() >= 2 && images.dim() <= 5 && size.height > 0 && size.width > 0 && images.numel() > 0, InvalidArgument,
               "resize: {} dimensions to {} x {}; expected [..., H, W] and sides of at least one pixel", images.dim(), size.height,
               size.width);
  const bool is_byte = images.scalar_type() == at::kByte;
  GALLOP_CHECK(is_byte || images.is_floating_point(), InvalidArgument, "resize: element type {}; expected uint8 or a float type",
               c10::toString(images.scalar_type()));
  if (images.size(-2) == size.height && images.size(-1) == size.width) return images;
  auto batch = images;
  while (batch.dim() < 4) batch = batch.unsqueeze(0);
  if (batch.dim() > 4) batch = batch.flatten(0, batch.dim() - 4);
  if (is_byte) batch = batch.to(at::kFloat);
  auto resized = interpolate_float(batch, size, filter, antialias);
  if (is_byte) {
    if (filter == TorchFilter::bicubic) resized = resized.clamp(0, 255);
    resized = resized.round().to(at::kByte);
  }
  auto shape = images.sizes().vec();
  shape[shape.size() - 2] = size.height;
  shape[shape.size() - 1] = size.width;
  return resized.reshape(shape);
}

ImageSize short_side_size(ImageSize from, std::int64_t side) {
  GALLOP_CHECK(from.height > 0 && from.width > 0 && side > 0, InvalidArgument,
               "resize: {} x {} to a short side of {}; sides are at least one pixel", from.height, from.width, side);
  // torchvision: int(size * long / short), the quotient in double.
  const auto longer = [side](std::int64_t long_side, std::int64_t short_side) {
    return static_cast<std::int64_t>(static_cast<double>(side * long_side) / static_cast<double>(short_side));
  };
  if (from.width <= from.height) return {longer(from.height, from.width), side};
  return {side, longer(from.width, from.height)};
}

at::Tensor center_crop(const at::Tensor& images, ImageSize crop) {
  auto height = images.size(-2), width = images.size(-1);
  auto padded = images;
  if (height < crop.height || width < crop.width) {
    const auto more_rows = std::max<std::int64_t>(crop.height - height, 0), more_columns = std::max<std::int64_t>(crop.width - width, 0);
    const std::array<std::int64_t, 4> edges{more_columns / 2, (more_columns + 1) / 2, more_rows / 2, (more_rows + 1) / 2};
    padded = at::constant_pad_nd(images, edges, 0);
    height = padded.size(-2), width = padded.size(-1);
  }
  const auto offset = [](std::int64_t side, std::int64_t part) { return std::llrint(static_cast<double>(side - part) / 2.0); };
  return padded.narrow(-2, offset(height, crop.height), crop.height).narrow(-1, offset(width, crop.width), crop.width);
}

}  // namespace gallop::tensor
