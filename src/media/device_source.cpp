// Frames in the memory of a device, one after another.
#include "base/check.h"
#include "media/chosen_source.h"

namespace gallop::media {
namespace {

class DeviceSource final : public FrameSource {
 public:
  explicit DeviceSource(const DeviceFrames& frames) : frames_(frames) {
    info_ = {.fps = frames.fps(), .height = frames.height(), .width = frames.width(), .frames = frames.frames()};
  }
  const SourceInfo& info() const override { return info_; }
  std::optional<FrameView> next() override {
    if (given_ == frames_.frames()) return std::nullopt;
    const auto bytes = static_cast<std::size_t>(frames_.height() * frames_.width() * 3);
    const auto index = given_++;
    return FrameView{
        {frames_.pixels() + static_cast<std::size_t>(index) * bytes, bytes}, frames_.height(), frames_.width(), index, frames_.device()};
  }
  std::vector<std::string> flags() const override { return {}; }

 private:
  DeviceFrames frames_;
  SourceInfo info_;
  std::int64_t given_ = 0;
};

}  // namespace

std::unique_ptr<FrameSource> open_frames(const DeviceFrames& frames, const FrameRequest& request) {
  GALLOP_CHECK(request.width == 0 && request.height == 0, Unsupported,
               "{}: this dimension scales frames while reading; give it frames in host memory", frames.name());
  auto source = std::make_unique<DeviceSource>(frames);
  if (request.middle > 0) return choose_frames(std::move(source), middle_indices(frames.frames(), request.middle));
  return request.rate > 0.0 ? lower_rate(std::move(source), request.rate) : std::move(source);
}

}  // namespace gallop::media
