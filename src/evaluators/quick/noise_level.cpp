// Noise level: the standard deviation of Immerkaer 1996, "Fast Noise Variance Estimation", taken over the flattest tenth of
// 16 x 16 blocks so that texture is not mistaken for noise. In grey levels; the median over frames.
#include <cmath>
#include <limits>
#include <numbers>

#include "evaluators/quick/track_judge.h"
#include "evaluators/registration.h"
#include "evaluators/simple_evaluator.h"

GALLOP_EVALUATOR(noise_level)

namespace gallop::evaluators::noise_level {
namespace {

constexpr std::int64_t kBlock = 16;

// The mask [1 -2 1; -2 4 -2; 1 -2 1]: zero on planes and straight edges, so that mostly noise remains.
float laplacian_difference(const quick::Plane& p, std::int64_t y, std::int64_t x) {
  const float *a = p.row(y - 1) + x, *b = p.row(y) + x, *c = p.row(y + 1) + x;
  return a[-1] - 2 * a[0] + a[1] - 2 * (b[-1] - 2 * b[0] + b[1]) + c[-1] - 2 * c[0] + c[1];
}

double noise_of(const quick::Plane& plane) {
  std::vector<double> blocks;
  for (std::int64_t top = 1; top + 1 < plane.height; top += kBlock)
    for (std::int64_t left = 1; left + 1 < plane.width; left += kBlock) {
      double sum = 0.0, count = 0.0;
      for (std::int64_t y = top; y < std::min(top + kBlock, plane.height - 1); ++y)
        for (std::int64_t x = left; x < std::min(left + kBlock, plane.width - 1); ++x, ++count)
          sum += std::fabs(laplacian_difference(plane, y, x));
      blocks.push_back(std::sqrt(std::numbers::pi / 2) / 6.0 * sum / count);
    }
  return quick::quantile(blocks, 0.1);
}

class Judge final : public quick::TrackJudge {
 public:
  explicit Judge(const ClipContext& context) : TrackJudge(context, "noise_level", 1) {}

 private:
  void measure(const media::FrameView&) override { parts_.push_back(noise_of(track().full())); }
  void conclude(Score& score) override {
    score.value = quick::quantile(parts_, 0.5);
    if (score.value > 2.0) score.flags.push_back("noisy: even flat regions vary strongly from pixel to pixel");
  }
};

}  // namespace

EvaluatorInfo information() {
  return {.name = "noise_level",
          .profile = "quick",
          .summary = "noise standard deviation in grey levels, from the flattest blocks (Immerkaer 1996)",
          .licence = "",
          .needs = {},
          .low = 0.0,
          .high = std::numeric_limits<double>::infinity(),
          .higher_is_better = false};
}

std::unique_ptr<EvaluatorBase> create(const std::filesystem::path&, const LoadOptions&) {
  return std::make_unique<SimpleEvaluator<Judge>>(information());
}

}  // namespace gallop::evaluators::noise_level
