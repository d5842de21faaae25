// Frames in the memory of a device, for judging what a model made where it made it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "gallop/device.h"
#include "gallop/export.h"

namespace gallop {
inline namespace v0 {

// RGB frames in the memory of `device`: uint8 [frames, height, width, 3], row-major. Immutable; copies share pixels. Scoring
// takes no way through host memory, except for the two dimensions that resize bytes (appearance_style, human_action).
class GALLOP_API DeviceFrames {
 public:
  // Borrows pixels that `owner` keeps alive. What writes them must have happened before, on the device's default stream.
  // InvalidArgument: no pixels, sides or fps that are not positive.
  DeviceFrames(std::shared_ptr<const void> owner, const std::uint8_t* pixels, std::int64_t frames, std::int64_t height, std::int64_t width,
               double fps, Device device);
  std::int64_t frames() const noexcept;
  std::int64_t height() const noexcept;
  std::int64_t width() const noexcept;
  double fps() const noexcept;  // frames per second, always > 0
  const Device& device() const noexcept;
  const std::uint8_t* pixels() const noexcept;  // an address of the device, not to be read by the host unless it is the CPU
  std::string name() const;                     // "frames[T]@HxW on cuda:0"

 private:
  struct Impl;
  std::shared_ptr<const Impl> impl_;
};

}  // namespace v0
}  // namespace gallop
