// Structural similarity against a reference (Wang et al. 2004) in the form of FFmpeg's ssim filter: 8 x 8 windows every four
// pixels, integer sums, planes weighted by their share of pixels.
#include <vector>

#include "evaluators/reference/plane_pairs.h"
#include "evaluators/registration.h"

GALLOP_EVALUATOR(ssim)

namespace gallop::evaluators::ssim {
namespace {

// Sums over a 4 x 4 cell: values of both pictures, their squares together, their products.
struct Cell {
  std::int64_t a = 0, b = 0, squares = 0, products = 0;
  Cell& operator+=(const Cell& other) {
    a += other.a;
    b += other.b;
    squares += other.squares;
    products += other.products;
    return *this;
  }
};

Cell cell_at(const media::YuvFrame::Plane& a, const media::YuvFrame::Plane& b, std::int64_t top, std::int64_t left) {
  Cell cell;
  for (std::int64_t y = top; y < top + 4; ++y)
    for (std::int64_t x = left; x < left + 4; ++x) {
      const std::int64_t p = a.values[static_cast<std::size_t>(y * a.width + x)], q = b.values[static_cast<std::size_t>(y * a.width + x)];
      cell += {p, q, p * p + q * q, p * q};
    }
  return cell;
}

// Similarity of a window of 64 pixels; the constants are (0.01 * 255)^2 and (0.03 * 255)^2 on the scale of the sums.
double similarity(const Cell& window) {
  constexpr double kC1 = 416, kC2 = 235963;  // .01^2 * 255^2 * 64 and .03^2 * 255^2 * 64 * 63, rounded
  const auto variance = static_cast<double>(window.squares * 64 - window.a * window.a - window.b * window.b);
  const auto covariance = static_cast<double>(window.products * 64 - window.a * window.b);
  const auto product = static_cast<double>(2 * window.a * window.b), sum = static_cast<double>(window.a * window.a + window.b * window.b);
  return (product + kC1) * (2 * covariance + kC2) / ((sum + kC1) * (variance + kC2));
}

double plane_similarity(const media::YuvFrame::Plane& a, const media::YuvFrame::Plane& b) {
  const auto rows = a.height / 4, columns = a.width / 4;
  if (rows < 2 || columns < 2) return a.values == b.values ? 1.0 : 0.0;  // smaller than one window
  std::vector<Cell> above(static_cast<std::size_t>(columns)), here(static_cast<std::size_t>(columns));
  double sum = 0.0;
  for (std::int64_t row = 0; row < rows; ++row) {
    for (std::int64_t column = 0; column < columns; ++column) here[static_cast<std::size_t>(column)] = cell_at(a, b, 4 * row, 4 * column);
    for (std::size_t column = 0; row > 0 && column + 1 < here.size(); ++column) {
      Cell window = above[column];
      window += above[column + 1];
      window += here[column];
      window += here[column + 1];
      sum += similarity(window);
    }
    std::swap(above, here);
  }
  return sum / static_cast<double>((rows - 1) * (columns - 1));
}

Score judge(const ClipRequest& request, const RunOptions& run) {
  auto comparison = reference::compare_clips(request, "ssim", run, plane_similarity);
  Score score{.dimension = "ssim", .parts = std::move(comparison.luma), .flags = std::move(comparison.flags)};
  for (std::size_t i = 0; i < 3; ++i) score.value += comparison.weights[i] * comparison.mean[i];
  score.details = {{"ssim_y", comparison.mean[0]}, {"ssim_u", comparison.mean[1]}, {"ssim_v", comparison.mean[2]}};
  return score;
}

}  // namespace

EvaluatorInfo information() {
  return {.name = "ssim",
          .profile = "reference",
          .summary = "structural similarity with the reference clip (Wang et al. 2004), over Y, U and V; 1 = identical",
          .licence = "",
          .needs = {"reference"},
          .low = -1.0,
          .high = 1.0,
          .higher_is_better = true};
}

std::unique_ptr<EvaluatorBase> create(const std::filesystem::path&, const LoadOptions&) {
  return std::make_unique<reference::ReferenceEvaluator>(information(), judge);
}

}  // namespace gallop::evaluators::ssim
