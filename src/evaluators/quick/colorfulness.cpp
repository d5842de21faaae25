// Colourfulness of Hasler and Suesstrunk 2003, "Measuring Colourfulness in Natural Images": spread and mean of the opponent
// colours. 0 = grey, about 30 = moderate, above 80 = extreme; mean over frames.
#include <cmath>
#include <limits>

#include "evaluators/quick/track_judge.h"
#include "evaluators/registration.h"
#include "evaluators/simple_evaluator.h"

GALLOP_EVALUATOR(colorfulness)

namespace gallop::evaluators::colorfulness {
namespace {

// Running mean and square mean of one opponent channel.
struct Moments {
  double sum = 0.0, squares = 0.0;
  void add(double value) {
    sum += value;
    squares += value * value;
  }
  double mean(double count) const { return sum / count; }
  double variance(double count) const { return std::max(0.0, squares / count - mean(count) * mean(count)); }
};

double colorfulness_of(std::span<const std::uint8_t> rgb) {
  Moments red_green, yellow_blue;
  for (std::size_t i = 0; i + 2 < rgb.size(); i += 3) {
    const int r = rgb[i], g = rgb[i + 1], b = rgb[i + 2];
    red_green.add(r - g);
    yellow_blue.add(0.5 * (r + g) - b);
  }
  const auto count = static_cast<double>(rgb.size() / 3);
  return std::sqrt(red_green.variance(count) + yellow_blue.variance(count)) +
         0.3 * std::hypot(red_green.mean(count), yellow_blue.mean(count));
}

class Judge final : public quick::TrackJudge {
 public:
  explicit Judge(const ClipContext& context) : TrackJudge(context, "colorfulness", 1) {}

 private:
  void measure(const media::FrameView& frame) override { parts_.push_back(colorfulness_of(frame.rgb)); }
  void conclude(Score& score) override {
    score.value = mean_part();
    if (score.value < 2.0) score.flags.push_back("colourless: the clip is grey");
  }
};

}  // namespace

EvaluatorInfo information() {
  return {.name = "colorfulness",
          .profile = "quick",
          .summary = "colourfulness of Hasler and Suesstrunk 2003: 0 grey, 30 moderate, above 80 extreme",
          .licence = "",
          .needs = {},
          .low = 0.0,
          .high = std::numeric_limits<double>::infinity(),
          .higher_is_better = true};
}

std::unique_ptr<EvaluatorBase> create(const std::filesystem::path&, const LoadOptions&) {
  return std::make_unique<SimpleEvaluator<Judge>>(information());
}

}  // namespace gallop::evaluators::colorfulness
