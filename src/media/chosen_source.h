// Some of the frames of another source: the middle ones, or those of a lower rate.
#pragma once

#include <memory>

#include "media/frame_source.h"

namespace gallop::media {

// The frames at `indices` (rising, each possibly several times).
std::unique_ptr<FrameSource> choose_frames(std::unique_ptr<FrameSource> all, std::vector<std::int64_t> indices);
// The frames on screen at 0, 1 / rate, 2 / rate ... seconds of a steady clip; the source itself when it is not faster.
std::unique_ptr<FrameSource> lower_rate(std::unique_ptr<FrameSource> all, double rate);

}  // namespace gallop::media
