#include "media/plane_source.h"

#include <algorithm>

#include "base/check.h"
#include "base/names.h"
#include "media/stream_decoder.h"

namespace gallop::media {
namespace {

YuvFrame copy_planes(const AVFrame& frame) {
  YuvFrame out;
  for (std::size_t p = 0; p < 3; ++p) {
    auto& plane = out.planes[p];
    plane.height = p == 0 ? frame.height : (frame.height + 1) / 2;
    plane.width = p == 0 ? frame.width : (frame.width + 1) / 2;
    plane.values.resize(static_cast<std::size_t>(plane.height * plane.width));
    for (std::int64_t y = 0; y < plane.height; ++y)
      std::copy_n(frame.data[p] + y * frame.linesize[p], plane.width, plane.values.data() + y * plane.width);
  }
  return out;
}

// Converts to yuv420p, keeping the range of the source.
class ToPlanes {
 public:
  YuvFrame convert(const AVFrame& frame) {
    if (frame.format == AV_PIX_FMT_YUV420P || frame.format == AV_PIX_FMT_YUVJ420P) return copy_planes(frame);
    GALLOP_CHECK(std::int64_t{frame.width} * frame.height <= kMostPixels, MediaError,
                 "a frame of {}x{} pixels is beyond what is believable", frame.width, frame.height);
    if (frame.width != width_ || frame.height != height_ || frame.format != format_) prepare(frame);
    sws_scale(scaler_.get(), frame.data, frame.linesize, 0, frame.height, planes_->data, planes_->linesize);
    return copy_planes(*planes_);
  }

 private:
  void prepare(const AVFrame& frame) {
    width_ = frame.width;
    height_ = frame.height;
    format_ = frame.format;
    scaler_.reset(sws_getContext(width_, height_, static_cast<AVPixelFormat>(format_), width_, height_, AV_PIX_FMT_YUV420P, SWS_BICUBIC,
                                 nullptr, nullptr, nullptr));
    planes_ = make_frame();
    planes_->format = AV_PIX_FMT_YUV420P;
    planes_->width = width_;
    planes_->height = height_;
    GALLOP_CHECK(scaler_ != nullptr && av_frame_get_buffer(planes_.get(), 0) >= 0, OutOfMemory, "no memory for a frame of {}x{}", width_,
                 height_);
  }

  int width_ = 0, height_ = 0, format_ = -1;
  Scaler scaler_;
  FramePtr planes_;
};

class FilePlanes final : public PlaneSource {
 public:
  explicit FilePlanes(const std::filesystem::path& file) : decoder_(file, open_input(file, InputKind::clip), AVMEDIA_TYPE_VIDEO, 0) {}
  std::optional<YuvFrame> next() override {
    const AVFrame* frame = decoder_.next();
    if (frame == nullptr) return std::nullopt;
    return to_planes_.convert(*frame);
  }

 private:
  StreamDecoder decoder_;
  ToPlanes to_planes_;
};

class MemoryPlanes final : public PlaneSource {
 public:
  explicit MemoryPlanes(const Video& video) : video_(video) {}
  std::optional<YuvFrame> next() override {
    if (index_ == video_.frames()) return std::nullopt;
    const auto frame = make_frame();
    frame->format = AV_PIX_FMT_RGB24;
    frame->width = static_cast<int>(video_.width());
    frame->height = static_cast<int>(video_.height());
    frame->data[0] = const_cast<std::uint8_t*>(video_.frame(index_++).data());
    frame->linesize[0] = static_cast<int>(video_.width() * 3);
    return to_planes_.convert(*frame);
  }

 private:
  Video video_;
  ToPlanes to_planes_;
  std::int64_t index_ = 0;
};

}  // namespace

std::unique_ptr<PlaneSource> open_planes(const std::filesystem::path& file) { return std::make_unique<FilePlanes>(file); }
std::unique_ptr<PlaneSource> open_planes(const Video& video) { return std::make_unique<MemoryPlanes>(video); }

}  // namespace gallop::media
