// What becomes of frames too small for the correlation pyramid of RAFT and AMT (vbench.md 12).
#pragma once

#include <cstdint>

namespace gallop::evaluators::vbench {

enum class FrameSize {
  usable,
  undefined,  // padded side 64 to 127: the reference divides by zero and goes on with NaN
};
// Throws InvalidArgument when a padded side is below 64, where the reference stops.
FrameSize check_frame_size(const char* dimension, std::int64_t height, std::int64_t width, std::int64_t multiple);

}  // namespace gallop::evaluators::vbench
