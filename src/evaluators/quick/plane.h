// A grey picture in float, and the few operations the quick measures share.
#pragma once

#include <cstdint>
#include <vector>

#include "media/frame_source.h"

namespace gallop::evaluators::quick {

// Row-major float32 [height, width]; luma in 0..255 unless said otherwise.
struct Plane {
  std::int64_t height = 0, width = 0;
  std::vector<float> values = {};

  Plane() = default;
  Plane(std::int64_t h, std::int64_t w) : height(h), width(w), values(static_cast<std::size_t>(h * w)) {}
  float& at(std::int64_t y, std::int64_t x) { return values[static_cast<std::size_t>(y * width + x)]; }
  float at(std::int64_t y, std::int64_t x) const { return values[static_cast<std::size_t>(y * width + x)]; }
  const float* row(std::int64_t y) const { return values.data() + y * width; }
  float* row(std::int64_t y) { return values.data() + y * width; }
  bool same_size(const Plane& other) const { return height == other.height && width == other.width; }
  bool empty() const { return values.empty(); }
};

// BT.601 luma, 0.299 R + 0.587 G + 0.114 B.
Plane luma_of(const media::FrameView& frame);
// Means over factor x factor cells; rows and columns that do not fill a cell are left out. factor >= 1.
Plane shrink(const Plane& plane, std::int64_t factor);
double mean_of(const Plane& plane);
double deviation_of(const Plane& plane);  // population standard deviation
// Mean of |a - b - shift|. Sizes must agree.
double mean_difference(const Plane& a, const Plane& b, double shift = 0.0);
// The p-quantile (0..1) of the values, which are reordered. Empty: 0.
double quantile(std::vector<double> values, double p);

}  // namespace gallop::evaluators::quick
