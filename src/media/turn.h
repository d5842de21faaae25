// Pictures turned clockwise in quarter turns.
#pragma once

#include <cstddef>
#include <cstdint>

#include "media/ffmpeg.h"

namespace gallop::media {

// One plane of a picture; stride in bytes.
template <class Byte>
struct Plane {
  Byte* bytes = nullptr;
  std::ptrdiff_t stride = 0;
};

// `from` is width x height pixels of `step` bytes; `to` has room for the turned picture. degrees: 90, 180, 270.
void turn_plane(Plane<const std::uint8_t> from, std::int64_t width, std::int64_t height, std::size_t step, int degrees,
                Plane<std::uint8_t> to);

// Whether frames of this format can be turned as they are: whole bytes a pixel, and chroma that is as coarse across as down.
bool can_turn(AVPixelFormat format);
// The frame turned, with its colour properties; only for formats that can be turned.
FramePtr turned_frame(const AVFrame& frame, int degrees);

}  // namespace gallop::media
