// Statistics of natural scenes: locally normalised luminance and the asymmetric generalised Gaussian that describes it and
// its products with its neighbours. What BRISQUE (Mittal et al. 2012) and NIQE (Mittal et al. 2013) share.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "media/frame_source.h"

namespace gallop::evaluators::iqa {

// Row-major [height, width].
struct Field {
  std::int64_t height = 0, width = 0;
  std::vector<double> values = {};

  Field() = default;
  Field(std::int64_t h, std::int64_t w) : height(h), width(w), values(static_cast<std::size_t>(h * w)) {}
  double& at(std::int64_t y, std::int64_t x) { return values[static_cast<std::size_t>(y * width + x)]; }
  double at(std::int64_t y, std::int64_t x) const { return values[static_cast<std::size_t>(y * width + x)]; }
};

// BT.601 luma rounded to whole levels 0..255.
Field rounded_luma(const media::FrameView& frame);

// (x - mean) / (deviation + offset), both weighted by a 7 x 7 Gaussian of sigma 7/6; border pixels are repeated. Where the
// variance is below `flat`, the picture has no texture and the result is 0.
Field locally_normalised(const Field& picture, double offset, double flat);

// How a resize treats what lies outside.
enum class Edge { repeat, mirror };
// Resizes both axes to the given size with a cubic kernel of parameter `a`; `widened`: the kernel grows with the factor
// (antialiasing), else four taps. Centres of pixels map to (i + 0.5) * in / out - 0.5.
Field resized(const Field& picture, std::int64_t height, std::int64_t width, double a, bool widened, Edge edge);

// Moments of the values: their sides are fitted separately.
class Moments {
 public:
  void add(double value) {
    if (value < 0.0)
      negative_ += value * value, ++below_;
    else if (value > 0.0)
      positive_ += value * value, ++above_;
    absolute_ += value < 0.0 ? -value : value;
    ++count_;
  }

 private:
  friend struct Gaussian;
  double negative_ = 0.0, positive_ = 0.0, absolute_ = 0.0;
  std::int64_t below_ = 0, above_ = 0, count_ = 0;
};

// Asymmetric generalised Gaussian fitted by moments (Lasmar et al. 2009); shape on the published grid 0.2, 0.201, ... 10.
struct Gaussian {
  double shape, left, right;  // left and right: standard deviation of the negative and of the positive side
  // NaN when one side is empty, as on flat pictures.
  static Gaussian fit(const Moments& moments);
  // sqrt(Gamma(1/shape) / Gamma(3/shape)): from a deviation to the scale of the distribution.
  double scale() const;
  // Mean over the unit of scale: Gamma(2/shape) / Gamma(1/shape).
  double mean_factor() const;
};

}  // namespace gallop::evaluators::iqa
