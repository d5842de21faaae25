// Clips as files or frames.
#include "base/check.h"
#include "gallop/evaluator.h"

namespace gallop {
inline namespace v0 {

struct Clip::Impl {
  std::optional<std::filesystem::path> file;
  std::optional<Video> frames;
  std::optional<DeviceFrames> device_frames;
};

Clip::Clip(std::filesystem::path file) : impl_(std::make_shared<const Impl>(Impl{std::move(file), std::nullopt, std::nullopt})) {}
Clip::Clip(Video frames) : impl_(std::make_shared<const Impl>(Impl{std::nullopt, std::move(frames), std::nullopt})) {}
Clip::Clip(DeviceFrames frames) : impl_(std::make_shared<const Impl>(Impl{std::nullopt, std::nullopt, std::move(frames)})) {}
const std::filesystem::path* Clip::file() const noexcept { return impl_->file ? &*impl_->file : nullptr; }
const Video* Clip::frames() const noexcept { return impl_->frames ? &*impl_->frames : nullptr; }
const DeviceFrames* Clip::device_frames() const noexcept { return impl_->device_frames ? &*impl_->device_frames : nullptr; }
std::string Clip::name() const {
  if (impl_->device_frames) return impl_->device_frames->name();
  if (impl_->file) return impl_->file->filename().string();
  return fmt::format("frames[{}]@{}x{}", impl_->frames->frames(), impl_->frames->height(), impl_->frames->width());
}

}  // namespace v0
}  // namespace gallop
