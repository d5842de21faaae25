#include "evaluators/quick/plane.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/check.h"

namespace gallop::evaluators::quick {

Plane luma_of(const media::FrameView& frame) {
  Plane plane(frame.height, frame.width);
  const std::uint8_t* rgb = frame.rgb.data();
  float* out = plane.values.data();
  const auto count = plane.values.size();
  for (std::size_t i = 0; i < count; ++i)
    out[i] =
        0.299f * static_cast<float>(rgb[3 * i]) + 0.587f * static_cast<float>(rgb[3 * i + 1]) + 0.114f * static_cast<float>(rgb[3 * i + 2]);
  return plane;
}

Plane shrink(const Plane& plane, std::int64_t factor) {
  GALLOP_ASSERT(factor >= 1);
  if (factor == 1) return plane;
  Plane small(std::max<std::int64_t>(1, plane.height / factor), std::max<std::int64_t>(1, plane.width / factor));
  const auto rows = std::min(factor, plane.height), columns = std::min(factor, plane.width);
  const float scale = 1.0f / static_cast<float>(rows * columns);
  for (std::int64_t y = 0; y < small.height; ++y) {
    float* out = small.row(y);
    for (std::int64_t dy = 0; dy < rows; ++dy) {
      const float* in = plane.row(y * factor + dy);
      for (std::int64_t x = 0; x < small.width; ++x)
        for (std::int64_t dx = 0; dx < columns; ++dx) out[x] += in[x * factor + dx];
    }
    for (std::int64_t x = 0; x < small.width; ++x) out[x] *= scale;
  }
  return small;
}

double mean_of(const Plane& plane) {
  return std::accumulate(plane.values.begin(), plane.values.end(), 0.0) / static_cast<double>(plane.values.size());
}

double deviation_of(const Plane& plane) {
  const double mean = mean_of(plane);
  double sum = 0.0;
  for (const float value : plane.values) sum += (value - mean) * (value - mean);
  return std::sqrt(sum / static_cast<double>(plane.values.size()));
}

double mean_difference(const Plane& a, const Plane& b, double shift) {
  GALLOP_ASSERT(a.same_size(b));
  double sum = 0.0;
  const auto offset = static_cast<float>(shift);
  for (std::size_t i = 0; i < a.values.size(); ++i) sum += std::fabs(a.values[i] - b.values[i] - offset);
  return sum / static_cast<double>(a.values.size());
}

double quantile(std::vector<double> values, double p) {
  if (values.empty()) return 0.0;
  const auto index = static_cast<std::size_t>(p * static_cast<double>(values.size() - 1) + 0.5);
  std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(index), values.end());
  return values[index];
}

}  // namespace gallop::evaluators::quick
