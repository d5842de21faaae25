#include <doctest/doctest.h>

#include <cmath>

#include "evaluators/quick/optical_flow.h"

using namespace gallop::evaluators::quick;

namespace {

// A smooth texture, moved by (dx, dy).
Plane texture(double dx, double dy) {
  Plane plane(72, 96);
  for (std::int64_t y = 0; y < 72; ++y)
    for (std::int64_t x = 0; x < 96; ++x) {
      const double u = static_cast<double>(x) - dx, v = static_cast<double>(y) - dy;
      plane.at(y, x) = static_cast<float>(128 + 50 * std::sin(0.31 * u + 0.13 * v) + 40 * std::cos(0.17 * u - 0.29 * v));
    }
  return plane;
}

// Mean flow away from the border, where the texture leaves the picture.
std::pair<double, double> mean_flow(const Flow& flow) {
  double u = 0.0, v = 0.0, count = 0.0;
  for (std::int64_t y = 12; y < 60; ++y)
    for (std::int64_t x = 12; x < 84; ++x, ++count) {
      u += flow.x.at(y, x);
      v += flow.y.at(y, x);
    }
  return {u / count, v / count};
}

}  // namespace

TEST_CASE("optical flow: a shift is found to a tenth of a pixel") {
  for (const auto& [dx, dy] : {std::pair(0.0, 0.0), std::pair(1.5, 0.0), std::pair(-2.0, 1.0), std::pair(4.0, -3.0)}) {
    CAPTURE(dx);
    CAPTURE(dy);
    const auto [u, v] = mean_flow(optical_flow(texture(0, 0), texture(dx, dy)));
    CHECK(std::fabs(u - dx) < 0.1);
    CHECK(std::fabs(v - dy) < 0.1);
  }
}

TEST_CASE("optical flow: a change of brightness is no motion") {
  auto brighter = texture(0, 0);
  for (float& value : brighter.values) value += 25.0f;
  const auto [u, v] = mean_flow(optical_flow(texture(0, 0), brighter));
  CHECK(std::hypot(u, v) < 0.05);
}

TEST_CASE("optical flow: no texture, no motion") {
  const Plane flat(32, 32);
  const auto flow = optical_flow(flat, flat);
  for (const float value : flow.x.values) CHECK(value == 0.0f);
}
