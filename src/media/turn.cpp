#include "media/turn.h"

#include <algorithm>
#include <cstring>

#include "base/check.h"

namespace gallop::media {
namespace {

template <std::size_t kStep>
void turn_pixels(Plane<const std::uint8_t> from, std::int64_t width, std::int64_t height, int degrees, Plane<std::uint8_t> to) {
  constexpr std::int64_t kTile = 32;  // keeps both the rows read and the rows written in the cache
  for (std::int64_t top = 0; top < height; top += kTile)
    for (std::int64_t left = 0; left < width; left += kTile)
      for (std::int64_t y = top; y < std::min(top + kTile, height); ++y)
        for (std::int64_t x = left; x < std::min(left + kTile, width); ++x) {
          const std::int64_t to_y = degrees == 90 ? x : degrees == 180 ? height - 1 - y : width - 1 - x;
          const std::int64_t to_x = degrees == 90 ? height - 1 - y : degrees == 180 ? width - 1 - x : y;
          std::memcpy(to.bytes + to_y * to.stride + to_x * static_cast<std::int64_t>(kStep),
                      from.bytes + y * from.stride + x * static_cast<std::int64_t>(kStep), kStep);
        }
}

constexpr bool known_step(std::size_t step) { return step == 1 || step == 2 || step == 3 || step == 4; }

}  // namespace

void turn_plane(Plane<const std::uint8_t> from, std::int64_t width, std::int64_t height, std::size_t step, int degrees,
                Plane<std::uint8_t> to) {
  GALLOP_ASSERT(known_step(step));
  switch (step) {
    case 1:
      return turn_pixels<1>(from, width, height, degrees, to);
    case 2:
      return turn_pixels<2>(from, width, height, degrees, to);
    case 3:
      return turn_pixels<3>(from, width, height, degrees, to);
    default:
      return turn_pixels<4>(from, width, height, degrees, to);
  }
}

bool can_turn(AVPixelFormat format) {
  const auto* about = av_pix_fmt_desc_get(format);
  constexpr std::uint64_t kOther = AV_PIX_FMT_FLAG_PAL | AV_PIX_FMT_FLAG_BITSTREAM | AV_PIX_FMT_FLAG_HWACCEL;
  if (about == nullptr || (about->flags & kOther) != 0 || about->log2_chroma_w != about->log2_chroma_h) return false;
  int steps[4] = {};
  av_image_fill_max_pixsteps(steps, nullptr, about);
  return std::all_of(steps, steps + av_pix_fmt_count_planes(format), [](int step) { return known_step(static_cast<std::size_t>(step)); });
}

FramePtr turned_frame(const AVFrame& frame, int degrees) {
  const auto format = static_cast<AVPixelFormat>(frame.format);
  GALLOP_ASSERT(can_turn(format));
  auto out = make_frame();
  const bool swapped = degrees != 180;
  out->format = frame.format;
  out->width = swapped ? frame.height : frame.width;
  out->height = swapped ? frame.width : frame.height;
  out->color_range = frame.color_range;
  out->colorspace = frame.colorspace;
  GALLOP_CHECK(av_frame_get_buffer(out.get(), 0) >= 0, OutOfMemory, "no memory for a turned picture of {}x{}", out->width, out->height);
  const auto* about = av_pix_fmt_desc_get(format);
  int steps[4] = {};
  av_image_fill_max_pixsteps(steps, nullptr, about);
  for (int plane = 0; plane < av_pix_fmt_count_planes(format); ++plane) {
    const int shift = plane == 1 || plane == 2 ? about->log2_chroma_w : 0;
    turn_plane({frame.data[plane], frame.linesize[plane]}, AV_CEIL_RSHIFT(frame.width, shift), AV_CEIL_RSHIFT(frame.height, shift),
               static_cast<std::size_t>(steps[plane]), degrees, {out->data[plane], out->linesize[plane]});
  }
  return out;
}

}  // namespace gallop::media
