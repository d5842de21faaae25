#include "gallop/image.h"

#include "base/check.h"

namespace gallop {
inline namespace v0 {

struct Image::Impl {
  std::vector<std::uint8_t> pixels;
  std::int64_t height, width;
};

Image::Image(std::vector<std::uint8_t> pixels, std::int64_t height, std::int64_t width) {
  GALLOP_CHECK(height > 0 && width > 0, InvalidArgument, "image: {}x{} has no pixels; sides must be positive", width, height);
  const auto bytes =
      base::checked_mul<InvalidArgument>(base::checked_mul<InvalidArgument>(height, width, "image"), std::int64_t{3}, "image");
  GALLOP_CHECK(static_cast<std::int64_t>(pixels.size()) == bytes, InvalidArgument, "image: {} bytes given, {}x{} RGB needs {}",
               pixels.size(), width, height, bytes);
  impl_ = std::make_shared<const Impl>(Impl{std::move(pixels), height, width});
}

std::int64_t Image::height() const noexcept { return impl_->height; }
std::int64_t Image::width() const noexcept { return impl_->width; }
std::span<const std::uint8_t> Image::pixels() const noexcept { return impl_->pixels; }

}  // namespace v0
}  // namespace gallop
