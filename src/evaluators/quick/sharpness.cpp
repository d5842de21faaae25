// Sharpness: 1 minus the blur effect of Crete et al. 2007, "The Blur Effect: Perception and Estimation with a New
// No-Reference Perceptual Blur Metric": how much of the variation between neighbours survives a strong low-pass filter.
#include <algorithm>
#include <array>
#include <cmath>

#include "evaluators/quick/track_judge.h"
#include "evaluators/registration.h"
#include "evaluators/simple_evaluator.h"

GALLOP_EVALUATOR(sharpness)

namespace gallop::evaluators::sharpness {
namespace {

constexpr std::int64_t kRadius = 4;  // the paper's nine-tap mean filter

// The blur effect along one axis, given as strides: `step` to the next pixel of a line, `line` to the next line.
double blur_along(const quick::Plane& plane, std::int64_t length, std::int64_t lines, std::int64_t step, std::int64_t line) {
  if (length < 3) return 0.0;
  std::vector<double> prefix(static_cast<std::size_t>(length + 1));
  double variation = 0.0, lost = 0.0;
  for (std::int64_t l = 0; l < lines; ++l) {
    const float* values = plane.values.data() + l * line;
    for (std::int64_t i = 0; i < length; ++i)
      prefix[static_cast<std::size_t>(i + 1)] = prefix[static_cast<std::size_t>(i)] + values[i * step];
    const auto smooth = [&](std::int64_t i) {
      const auto first = std::max<std::int64_t>(0, i - kRadius), last = std::min(length - 1, i + kRadius);
      return (prefix[static_cast<std::size_t>(last + 1)] - prefix[static_cast<std::size_t>(first)]) / static_cast<double>(last - first + 1);
    };
    double before = smooth(0);
    for (std::int64_t i = 1; i < length; ++i) {
      const double now = smooth(i);
      const double sharp = std::fabs(values[i * step] - values[(i - 1) * step]);
      variation += sharp;
      lost += std::max(0.0, sharp - std::fabs(now - before));
      before = now;
    }
  }
  // A picture without any variation has nothing to be sharp about.
  return variation > 0.0 ? (variation - lost) / variation : 1.0;
}

double blur_effect(const quick::Plane& plane) {
  return std::max(blur_along(plane, plane.width, plane.height, 1, plane.width),
                  blur_along(plane, plane.height, plane.width, plane.width, 1));
}

class Judge final : public quick::TrackJudge {
 public:
  explicit Judge(const ClipContext& context) : TrackJudge(context, "sharpness", 1) {}

 private:
  void measure(const media::FrameView&) override { parts_.push_back(1.0 - blur_effect(track().full())); }
  void conclude(Score& score) override {
    score.value = mean_part();
    if (score.value < 0.45) score.flags.push_back("blurred: neighbouring pixels hardly differ more than after a strong low-pass filter");
  }
};

}  // namespace

EvaluatorInfo information() {
  return {.name = "sharpness",
          .profile = "quick",
          .summary = "1 minus the blur effect of Crete et al. 2007, mean over frames",
          .licence = "",
          .needs = {},
          .low = 0.0,
          .high = 1.0,
          .higher_is_better = true};
}

std::unique_ptr<EvaluatorBase> create(const std::filesystem::path&, const LoadOptions&) {
  return std::make_unique<SimpleEvaluator<Judge>>(information());
}

}  // namespace gallop::evaluators::sharpness
