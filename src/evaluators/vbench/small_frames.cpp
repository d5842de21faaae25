#include "evaluators/vbench/small_frames.h"

#include <algorithm>

#include "base/check.h"

namespace gallop::evaluators::vbench {

FrameSize check_frame_size(const char* dimension, std::int64_t height, std::int64_t width, std::int64_t multiple) {
  const auto padded = (std::min(height, width) + multiple - 1) / multiple * multiple;
  GALLOP_CHECK(padded >= 64, InvalidArgument,
               "{}: frames are {}x{}, the network needs sides of at least 64 pixels after padding to multiples of {}; enlarge the clip",
               dimension, width, height, multiple);
  return padded < 128 ? FrameSize::undefined : FrameSize::usable;
}

}  // namespace gallop::evaluators::vbench
