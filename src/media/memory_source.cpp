// Frames that are already in memory.
#include "base/check.h"
#include "media/chosen_source.h"
#include "media/frame_source.h"
#include "media/rgb_converter.h"

namespace gallop::media {
namespace {

class MemorySource final : public FrameSource {
 public:
  MemorySource(const Video& video, const FrameRequest& request)
      : video_(video), request_(request), converter_(request.contract, 0, request.width, request.height) {
    info_ = {.fps = video.fps(),
             .height = request.height > 0 ? request.height : video.height(),
             .width = request.width > 0 ? request.width : video.width(),
             .frames = video.frames()};
    if (request.middle > 0) {
      indices_ = middle_indices(video.frames(), request.middle);
      info_.frames = request.middle;
    }
  }
  const SourceInfo& info() const override { return info_; }
  std::optional<FrameView> next() override {
    if (given_ >= *info_.frames) return std::nullopt;
    const auto index = indices_.empty() ? given_ : indices_[static_cast<std::size_t>(given_)];
    ++given_;
    if (request_.width == 0 && request_.height == 0)
      return FrameView{.rgb = video_.frame(index), .height = video_.height(), .width = video_.width(), .index = index};
    return scaled(index);
  }
  std::vector<std::string> flags() const override { return {}; }

 private:
  FrameView scaled(std::int64_t index) {
    const auto frame = make_frame();
    frame->format = AV_PIX_FMT_RGB24;
    frame->width = static_cast<int>(video_.width());
    frame->height = static_cast<int>(video_.height());
    frame->data[0] = const_cast<std::uint8_t*>(video_.frame(index).data());
    frame->linesize[0] = static_cast<int>(video_.width() * 3);
    converter_.convert(*frame, current_);
    return {.rgb = current_.pixels(), .height = current_.height, .width = current_.width, .index = index};
  }

  Video video_;
  FrameRequest request_;
  RgbConverter converter_;
  SourceInfo info_;
  RgbFrame current_;
  std::vector<std::int64_t> indices_;
  std::int64_t given_ = 0;
};

}  // namespace

std::unique_ptr<FrameSource> open_frames(const Video& video, const FrameRequest& request) {
  auto source = std::make_unique<MemorySource>(video, request);
  return request.middle == 0 && request.rate > 0.0 ? lower_rate(std::move(source), request.rate) : std::move(source);
}

}  // namespace gallop::media
