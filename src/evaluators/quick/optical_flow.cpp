#include "evaluators/quick/optical_flow.h"

#include <algorithm>
#include <cmath>

#include "base/check.h"

namespace gallop::evaluators::quick {
namespace {

constexpr std::int64_t kPatch = 8;      // side of a patch
constexpr std::int64_t kStride = 4;     // distance of patches: each pixel lies in about four
constexpr std::int64_t kSmallest = 16;  // side of the coarsest level
constexpr int kIterations = 12;
constexpr float kLongestJump = 8.0f;  // a patch that walks further than its own side has lost its way

Plane halved(const Plane& plane) { return shrink(plane, 2); }

std::vector<Plane> pyramid(const Plane& base) {
  std::vector<Plane> levels{base};
  while (std::min(levels.back().height, levels.back().width) / 2 >= kSmallest) levels.push_back(halved(levels.back()));
  return levels;
}

Plane gradient_x(const Plane& p) {
  Plane g(p.height, p.width);
  for (std::int64_t y = 0; y < p.height; ++y)
    for (std::int64_t x = 0; x < p.width; ++x)
      g.at(y, x) = 0.5f * (p.at(y, std::min(x + 1, p.width - 1)) - p.at(y, std::max<std::int64_t>(x - 1, 0)));
  return g;
}

Plane gradient_y(const Plane& p) {
  Plane g(p.height, p.width);
  for (std::int64_t y = 0; y < p.height; ++y)
    for (std::int64_t x = 0; x < p.width; ++x)
      g.at(y, x) = 0.5f * (p.at(std::min(y + 1, p.height - 1), x) - p.at(std::max<std::int64_t>(y - 1, 0), x));
  return g;
}

struct Level {
  const Plane &from, &to;
  Plane gx, gy;
};

// Mean-free difference of a patch at (top, left) against the second picture moved by (u, v); its right-hand side too.
struct Residual {
  float error = 0.0f, bx = 0.0f, by = 0.0f;
};

Residual residual_of(const Level& level, std::int64_t top, std::int64_t left, float u, float v) {
  float difference[kPatch * kPatch];
  float mean = 0.0f;
  for (std::int64_t y = 0; y < kPatch; ++y)
    for (std::int64_t x = 0; x < kPatch; ++x) {
      const float moved = sample(level.to, static_cast<float>(top + y) + v, static_cast<float>(left + x) + u);
      difference[y * kPatch + x] = moved - level.from.at(top + y, left + x);
      mean += difference[y * kPatch + x];
    }
  mean /= kPatch * kPatch;
  Residual residual;
  for (std::int64_t y = 0; y < kPatch; ++y)
    for (std::int64_t x = 0; x < kPatch; ++x) {
      const float d = difference[y * kPatch + x] - mean;
      residual.error += d * d;
      residual.bx += d * level.gx.at(top + y, left + x);
      residual.by += d * level.gy.at(top + y, left + x);
    }
  return residual;
}

struct Motion {
  float u = 0.0f, v = 0.0f, error = 0.0f;
};

// Gauss-Newton on one patch with the Hessian of the first picture (inverse compositional).
Motion track_patch(const Level& level, std::int64_t top, std::int64_t left, float u0, float v0) {
  float hxx = 1e-3f, hxy = 0.0f, hyy = 1e-3f;
  for (std::int64_t y = 0; y < kPatch; ++y)
    for (std::int64_t x = 0; x < kPatch; ++x) {
      const float gx = level.gx.at(top + y, left + x), gy = level.gy.at(top + y, left + x);
      hxx += gx * gx;
      hxy += gx * gy;
      hyy += gy * gy;
    }
  const float determinant = hxx * hyy - hxy * hxy;
  Motion best{u0, v0, residual_of(level, top, left, u0, v0).error};
  if (determinant < 1.0f) return best;  // no texture: keep what the coarser level said
  float u = u0, v = v0;
  for (int i = 0; i < kIterations; ++i) {
    const auto residual = residual_of(level, top, left, u, v);
    if (residual.error < best.error) best = {u, v, residual.error};
    const float du = (hyy * residual.bx - hxy * residual.by) / determinant;
    const float dv = (hxx * residual.by - hxy * residual.bx) / determinant;
    u -= du;
    v -= dv;
    if (std::hypot(u - u0, v - v0) > kLongestJump) break;
    if (du * du + dv * dv < 1e-4f) break;
  }
  return best;
}

// Where patches begin along a side: every stride, and one flush with the end.
std::vector<std::int64_t> starts(std::int64_t side) {
  std::vector<std::int64_t> list;
  for (std::int64_t s = 0; s + kPatch <= side; s += kStride) list.push_back(s);
  if (list.back() + kPatch < side) list.push_back(side - kPatch);
  return list;
}

Flow refine(const Level& level, const Flow& coarse) {
  const auto height = level.from.height, width = level.from.width;
  Flow flow{Plane(height, width), Plane(height, width)};
  Plane weight(height, width);
  for (const auto top : starts(height))
    for (const auto left : starts(width)) {
      float u = 0.0f, v = 0.0f;
      if (!coarse.x.empty()) {
        const float cy = static_cast<float>(top + kPatch / 2) / 2.0f, cx = static_cast<float>(left + kPatch / 2) / 2.0f;
        u = 2.0f * sample(coarse.x, cy, cx);
        v = 2.0f * sample(coarse.y, cy, cx);
      }
      const auto motion = track_patch(level, top, left, u, v);
      const float w = 1.0f / std::max(1.0f, motion.error / (kPatch * kPatch));
      for (std::int64_t y = top; y < top + kPatch; ++y)
        for (std::int64_t x = left; x < left + kPatch; ++x) {
          flow.x.at(y, x) += w * motion.u;
          flow.y.at(y, x) += w * motion.v;
          weight.at(y, x) += w;
        }
    }
  for (std::size_t i = 0; i < weight.values.size(); ++i) {
    flow.x.values[i] /= weight.values[i];
    flow.y.values[i] /= weight.values[i];
  }
  return flow;
}

}  // namespace

float sample(const Plane& plane, float y, float x) {
  y = std::clamp(y, 0.0f, static_cast<float>(plane.height - 1));
  x = std::clamp(x, 0.0f, static_cast<float>(plane.width - 1));
  const auto y0 = static_cast<std::int64_t>(y), x0 = static_cast<std::int64_t>(x);
  const auto y1 = std::min(y0 + 1, plane.height - 1), x1 = std::min(x0 + 1, plane.width - 1);
  const float fy = y - static_cast<float>(y0), fx = x - static_cast<float>(x0);
  const float top = plane.at(y0, x0) + fx * (plane.at(y0, x1) - plane.at(y0, x0));
  const float bottom = plane.at(y1, x0) + fx * (plane.at(y1, x1) - plane.at(y1, x0));
  return top + fy * (bottom - top);
}

Flow optical_flow(const Plane& from, const Plane& to) {
  GALLOP_ASSERT(from.same_size(to) && std::min(from.height, from.width) >= kPatch);
  const auto first = pyramid(from), second = pyramid(to);
  Flow flow;
  for (std::size_t i = first.size(); i-- > 0;) flow = refine({first[i], second[i], gradient_x(first[i]), gradient_y(first[i])}, flow);
  return flow;
}

}  // namespace gallop::evaluators::quick
