#include "media/rgb_converter.h"

#include <algorithm>

#include "base/check.h"
#include "media/turn.h"

namespace gallop::media {
namespace {

// yuvj formats are the full-range twins of the plain ones; the scaler is told the range instead.
AVPixelFormat plain_format(AVPixelFormat format) {
  switch (format) {
    case AV_PIX_FMT_YUVJ420P:
      return AV_PIX_FMT_YUV420P;
    case AV_PIX_FMT_YUVJ422P:
      return AV_PIX_FMT_YUV422P;
    case AV_PIX_FMT_YUVJ444P:
      return AV_PIX_FMT_YUV444P;
    case AV_PIX_FMT_YUVJ440P:
      return AV_PIX_FMT_YUV440P;
    case AV_PIX_FMT_YUVJ411P:
      return AV_PIX_FMT_YUV411P;
    default:
      return format;
  }
}

bool full_range(const AVFrame& frame) {
  return frame.color_range == AVCOL_RANGE_JPEG || plain_format(static_cast<AVPixelFormat>(frame.format)) != frame.format;
}

// OpenCV never looks at the matrix tag; decord's filter graph and we do.
int matrix_of(const AVFrame& frame, ReaderContract contract) {
  if (contract == ReaderContract::opencv) return SWS_CS_DEFAULT;
  switch (frame.colorspace) {
    case AVCOL_SPC_BT709:
      return SWS_CS_ITU709;
    case AVCOL_SPC_BT2020_NCL:
    case AVCOL_SPC_BT2020_CL:
      return SWS_CS_BT2020;
    case AVCOL_SPC_SMPTE240M:
      return SWS_CS_SMPTE240M;
    case AVCOL_SPC_FCC:
      return SWS_CS_FCC;
    default:
      return SWS_CS_DEFAULT;
  }
}

int flags_of(ReaderContract contract) { return contract == ReaderContract::decord ? SWS_BILINEAR : SWS_BICUBIC; }

// Turns a packed RGB picture clockwise.
void turn(const RgbFrame& in, int degrees, RgbFrame& out) {
  const bool swapped = degrees != 180;
  out.resize(swapped ? in.width : in.height, swapped ? in.height : in.width);
  turn_plane({in.rgb.data(), 3 * in.width}, in.width, in.height, 3, degrees, {out.rgb.data(), 3 * out.width});
}

}  // namespace

RgbConverter::RgbConverter(ReaderContract contract, int rotation, std::int64_t width, std::int64_t height)
    : contract_(contract), rotation_(rotation), width_(width), height_(height) {}

void RgbConverter::prepare(const AVFrame& frame, int width, int height) {
  const bool full = full_range(frame);
  const int matrix = matrix_of(frame, contract_);
  const std::vector<std::int64_t> key = {frame.width, frame.height, frame.format, width, height, full, matrix};
  if (key == prepared_for_) return;
  const auto format = plain_format(static_cast<AVPixelFormat>(frame.format));
  const int* coefficients = sws_getCoefficients(matrix);
  const bool own_size = width == frame.width && height == frame.height;
  factors_.reset();
  if (format == AV_PIX_FMT_YUV420P && own_size && fits_yuv_to_rgb(width, height) && has_yuv_to_rgb()) {
    factors_ = yuv_factors(coefficients, full);
    prepared_for_ = key;
    return;
  }
  scaler_.reset(
      sws_getContext(frame.width, frame.height, format, width, height, AV_PIX_FMT_RGB24, flags_of(contract_), nullptr, nullptr, nullptr));
  GALLOP_CHECK(scaler_ != nullptr, Unsupported, "pixel format {} of {}x{} cannot be converted to RGB; convert the clip to yuv420p",
               av_get_pix_fmt_name(format) != nullptr ? av_get_pix_fmt_name(format) : "?", frame.width, frame.height);
  // Refused for RGB sources, which need no matrix.
  (void)sws_setColorspaceDetails(scaler_.get(), coefficients, full ? 1 : 0, sws_getCoefficients(SWS_CS_DEFAULT), 1, 0, 1 << 16, 1 << 16);
  prepared_for_ = key;
}

void RgbConverter::scale(const AVFrame& frame, RgbFrame& target) {
  if (factors_) return yuv_to_rgb(frame.data, frame.linesize, frame.width, frame.height, *factors_, target.rgb.data());
  // The scaler's vector code leaves the last columns of a row unwritten when the row has no room for a whole block of eight
  // pixels: rows get that room, and are packed afterwards.
  const auto width = static_cast<std::size_t>(target.width), padded = (width + 31) / 32 * 32;
  const bool tight = width % 8 == 0;
  if (!tight) padded_.resize(padded * static_cast<std::size_t>(target.height) * 3 + RgbFrame::kSlack);
  std::uint8_t* planes[4] = {tight ? target.rgb.data() : padded_.data(), nullptr, nullptr, nullptr};
  const int strides[4] = {static_cast<int>((tight ? width : padded) * 3), 0, 0, 0};
  const int rows = sws_scale(scaler_.get(), frame.data, frame.linesize, 0, frame.height, planes, strides);
  GALLOP_CHECK(rows > 0, MediaError, "a frame could not be converted to RGB ({}); the file is damaged", text_of(rows));
  for (std::size_t y = 0; !tight && y < static_cast<std::size_t>(target.height); ++y)
    std::copy_n(padded_.data() + y * padded * 3, width * 3, target.rgb.data() + y * width * 3);
}

void RgbConverter::convert(const AVFrame& frame, RgbFrame& out) {
  GALLOP_CHECK(frame.width > 0 && frame.height > 0 && std::int64_t{frame.width} * frame.height <= kMostPixels, MediaError,
               "a frame of {}x{} pixels is beyond what is believable; the file is damaged", frame.width, frame.height);
  // decord turns before it scales, which rounds differently; without scaling the order does not matter.
  if (rotation_ != 0 && width_ > 0 && contract_ == ReaderContract::decord && can_turn(static_cast<AVPixelFormat>(frame.format))) {
    const auto upright = turned_frame(frame, rotation_);
    prepare(*upright, static_cast<int>(width_), static_cast<int>(height_));
    out.resize(height_, width_);
    scale(*upright, out);
    return;
  }
  const bool swapped = rotation_ == 90 || rotation_ == 270;
  const auto width = static_cast<int>(width_ > 0 ? (swapped ? height_ : width_) : frame.width);
  const auto height = static_cast<int>(height_ > 0 ? (swapped ? width_ : height_) : frame.height);
  prepare(frame, width, height);
  RgbFrame& target = rotation_ == 0 ? out : turned_;
  target.resize(height, width);
  scale(frame, target);
  if (rotation_ != 0) turn(turned_, rotation_, out);
}

}  // namespace gallop::media
