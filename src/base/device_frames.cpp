#include "gallop/device_frames.h"

#include <cmath>

#include "base/check.h"

namespace gallop {
inline namespace v0 {

struct DeviceFrames::Impl {
  std::shared_ptr<const void> owner;
  const std::uint8_t* pixels;
  std::int64_t frames, height, width;
  double fps;
  Device device;
};

DeviceFrames::DeviceFrames(std::shared_ptr<const void> owner, const std::uint8_t* pixels, std::int64_t frames, std::int64_t height,
                           std::int64_t width, double fps, Device device) {
  GALLOP_CHECK(pixels != nullptr && frames > 0 && height > 0 && width > 0, InvalidArgument,
               "frames on {}: {} frames of {}x{}; give at least one frame with pixels", device.str(), frames, width, height);
  GALLOP_CHECK(std::isfinite(fps) && fps > 0, InvalidArgument, "frames on {}: fps is {}, expected a positive number", device.str(), fps);
  impl_ = std::make_shared<const Impl>(Impl{std::move(owner), pixels, frames, height, width, fps, device});
}
std::int64_t DeviceFrames::frames() const noexcept { return impl_->frames; }
std::int64_t DeviceFrames::height() const noexcept { return impl_->height; }
std::int64_t DeviceFrames::width() const noexcept { return impl_->width; }
double DeviceFrames::fps() const noexcept { return impl_->fps; }
const Device& DeviceFrames::device() const noexcept { return impl_->device; }
const std::uint8_t* DeviceFrames::pixels() const noexcept { return impl_->pixels; }
std::string DeviceFrames::name() const { return fmt::format("frames[{}]@{}x{} on {}", frames(), height(), width(), device().str()); }

}  // namespace v0
}  // namespace gallop
