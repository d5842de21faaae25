#include "evaluators/iqa/natural_scene.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace gallop::evaluators::iqa {
namespace {

constexpr int kRadius = 3;

std::array<double, 2 * kRadius + 1> gaussian_taps() {
  std::array<double, 2 * kRadius + 1> taps;
  double sum = 0.0;
  for (int i = -kRadius; i <= kRadius; ++i)
    sum += taps[static_cast<std::size_t>(i + kRadius)] = std::exp(-i * i / (2.0 * (7.0 / 6) * (7.0 / 6)));
  for (auto& tap : taps) tap /= sum;
  return taps;
}

// Weighted mean along one line of `count` values `step` apart.
void blur_line(const double* in, double* out, std::int64_t count, std::int64_t step, std::span<const double> taps) {
  for (std::int64_t i = 0; i < count; ++i) {
    double sum = 0.0;
    if (i >= kRadius && i + kRadius < count) {
      for (int k = -kRadius; k <= kRadius; ++k) sum += taps[static_cast<std::size_t>(k + kRadius)] * in[(i + k) * step];
    } else {
      for (int k = -kRadius; k <= kRadius; ++k)
        sum += taps[static_cast<std::size_t>(k + kRadius)] * in[std::clamp<std::int64_t>(i + k, 0, count - 1) * step];
    }
    out[i * step] = sum;
  }
}

Field blurred(const Field& picture) {
  static const auto taps = gaussian_taps();
  Field across(picture.height, picture.width), both(picture.height, picture.width);
  for (std::int64_t y = 0; y < picture.height; ++y)
    blur_line(picture.values.data() + y * picture.width, across.values.data() + y * picture.width, picture.width, 1, taps);
  for (std::int64_t x = 0; x < picture.width; ++x)
    blur_line(across.values.data() + x, both.values.data() + x, picture.height, picture.width, taps);
  return both;
}

double cubic(double distance, double a) {
  const double d = std::fabs(distance);
  if (d <= 1.0) return ((a + 2.0) * d - (a + 3.0)) * d * d + 1.0;
  if (d < 2.0) return a * (((d - 5.0) * d + 8.0) * d - 4.0);
  return 0.0;
}

std::int64_t inside(std::int64_t index, std::int64_t count, Edge edge) {
  if (edge == Edge::mirror) {  // ... b a | a b c ... c | c b ...
    const auto period = 2 * count;
    index = ((index % period) + period) % period;
    return index < count ? index : period - 1 - index;
  }
  return std::clamp<std::int64_t>(index, 0, count - 1);
}

// One axis: `lines` lines of `in_count` values, `step` apart, to `out_count` values `out_step` apart.
struct Axis {
  std::int64_t lines, in_count, in_step, in_line, out_count, out_step, out_line;
};

void resize_axis(const double* in, double* out, const Axis& axis, double a, bool widened, Edge edge) {
  const double ratio = static_cast<double>(axis.in_count) / static_cast<double>(axis.out_count);
  const double wide = widened && ratio > 1.0 ? ratio : 1.0;
  const auto reach = static_cast<std::int64_t>(std::ceil(2.0 * wide));
  std::vector<double> weights;
  std::vector<std::int64_t> places;
  for (std::int64_t i = 0; i < axis.out_count; ++i) {
    const double centre = (static_cast<double>(i) + 0.5) * ratio - 0.5;
    const auto first = static_cast<std::int64_t>(std::floor(centre)) - reach + 1;
    weights.clear(), places.clear();
    double sum = 0.0;
    for (std::int64_t k = first; k < first + 2 * reach; ++k) {
      weights.push_back(cubic((centre - static_cast<double>(k)) / wide, a));
      places.push_back(inside(k, axis.in_count, edge) * axis.in_step);
      sum += weights.back();
    }
    for (std::int64_t line = 0; line < axis.lines; ++line) {
      double value = 0.0;
      for (std::size_t k = 0; k < weights.size(); ++k) value += weights[k] * in[line * axis.in_line + places[k]];
      out[line * axis.out_line + i * axis.out_step] = value / sum;
    }
  }
}

// The published grid of shapes and the ratio of moments each one has; the ratio grows with the shape.
struct ShapeTable {
  static constexpr int kCount = 9801;
  std::vector<double> ratio;
  static double shape(int index) { return 0.2 + 0.001 * index; }
  ShapeTable() : ratio(kCount) {
    for (int i = 0; i < kCount; ++i) {
      const double inverse = 1.0 / shape(i);
      ratio[static_cast<std::size_t>(i)] = std::exp(2.0 * std::lgamma(2.0 * inverse) - std::lgamma(inverse) - std::lgamma(3.0 * inverse));
    }
  }
  double nearest(double wanted) const {
    const auto above = std::lower_bound(ratio.begin(), ratio.end(), wanted);
    if (above == ratio.end()) return shape(kCount - 1);
    const auto index = static_cast<int>(above - ratio.begin());
    if (index > 0 && wanted - ratio[static_cast<std::size_t>(index - 1)] <= *above - wanted) return shape(index - 1);
    return shape(index);
  }
};

}  // namespace

Field rounded_luma(const media::FrameView& frame) {
  Field luma(frame.height, frame.width);
  // OpenCV's fixed-point weights; they differ from the exact ones by less than half a level.
  for (std::size_t i = 0; i < luma.values.size(); ++i) {
    const auto* rgb = frame.rgb.data() + 3 * i;
    luma.values[i] = static_cast<double>((rgb[0] * 9798 + rgb[1] * 19235 + rgb[2] * 3735 + (1 << 14)) >> 15);
  }
  return luma;
}

Field locally_normalised(const Field& picture, double offset, double flat) {
  Field squares(picture.height, picture.width);
  for (std::size_t i = 0; i < squares.values.size(); ++i) squares.values[i] = picture.values[i] * picture.values[i];
  const auto mean = blurred(picture);
  auto out = blurred(squares);
  for (std::size_t i = 0; i < out.values.size(); ++i) {
    const double variance = std::fabs(out.values[i] - mean.values[i] * mean.values[i]);
    out.values[i] = variance < flat ? 0.0 : (picture.values[i] - mean.values[i]) / (std::sqrt(variance) + offset);
  }
  return out;
}

Field resized(const Field& picture, std::int64_t height, std::int64_t width, double a, bool widened, Edge edge) {
  Field tall(height, picture.width), out(height, width);
  resize_axis(picture.values.data(), tall.values.data(), {picture.width, picture.height, picture.width, 1, height, picture.width, 1}, a,
              widened, edge);
  resize_axis(tall.values.data(), out.values.data(), {height, picture.width, 1, picture.width, width, 1, width}, a, widened, edge);
  return out;
}

Gaussian Gaussian::fit(const Moments& m) {
  if (m.below_ == 0 || m.above_ == 0) {
    constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
    return {kNone, kNone, kNone};
  }
  static const ShapeTable table;
  const double left = std::sqrt(m.negative_ / static_cast<double>(m.below_)),
               right = std::sqrt(m.positive_ / static_cast<double>(m.above_));
  const auto count = static_cast<double>(m.count_);
  const double skew = left / right, absolute = m.absolute_ / count;
  const double ratio = absolute * absolute / ((m.negative_ + m.positive_) / count);
  const double wanted = ratio * (skew * skew * skew + 1.0) * (skew + 1.0) / ((skew * skew + 1.0) * (skew * skew + 1.0));
  return {table.nearest(wanted), left, right};
}

double Gaussian::scale() const { return std::exp(0.5 * (std::lgamma(1.0 / shape) - std::lgamma(3.0 / shape))); }
double Gaussian::mean_factor() const { return std::exp(std::lgamma(2.0 / shape) - std::lgamma(1.0 / shape)); }

}  // namespace gallop::evaluators::iqa
