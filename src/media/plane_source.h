// Decoded frames as 8-bit Y, U, V planes in 4:2:0, the form full-reference measures are defined on.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <vector>

#include "gallop/video.h"

namespace gallop::media {

// Row-major, no padding. Chroma sides are half the luma's, rounded up.
struct YuvFrame {
  struct Plane {
    std::int64_t height = 0, width = 0;
    std::vector<std::uint8_t> values = {};
  };
  std::array<Plane, 3> planes;
};

// Used by one thread at a time.
class PlaneSource {
 public:
  virtual ~PlaneSource() = default;
  virtual std::optional<YuvFrame> next() = 0;
};

// Frames as stored, not rotated; other pixel formats are converted by FFmpeg's bicubic scaler. NotFound, MediaError.
std::unique_ptr<PlaneSource> open_planes(const std::filesystem::path& file);
// Frames in memory, BT.601 limited range.
std::unique_ptr<PlaneSource> open_planes(const Video& video);

}  // namespace gallop::media
