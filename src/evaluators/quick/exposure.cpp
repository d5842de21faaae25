// Exposure: mean over pixels and frames of the well-exposedness of Mertens et al. 2007, "Exposure Fusion": a bell around the
// middle grey. Clipped shares are told as details.
#include <algorithm>
#include <cmath>

#include "evaluators/quick/track_judge.h"
#include "evaluators/registration.h"
#include "evaluators/simple_evaluator.h"

GALLOP_EVALUATOR(exposure)

namespace gallop::evaluators::exposure {
namespace {

class Judge final : public quick::TrackJudge {
 public:
  explicit Judge(const ClipContext& context) : TrackJudge(context, "exposure", 1) {}

 private:
  void measure(const media::FrameView&) override {
    double sum = 0.0;
    for (const float value : track().full().values) {
      const double offset = value / 255.0 - 0.5;
      sum += std::exp(-offset * offset / (2 * 0.2 * 0.2));
      dark_ += value <= 2.0f;
      bright_ += value >= 253.0f;
    }
    pixels_ += static_cast<double>(track().full().values.size());
    luma_ += quick::mean_of(track().full());
    parts_.push_back(sum / static_cast<double>(track().full().values.size()));
  }
  void conclude(Score& score) override {
    score.value = mean_part();
    score.details = {
        {"mean_luma", luma_ / static_cast<double>(frames_)}, {"share_black", dark_ / pixels_}, {"share_white", bright_ / pixels_}};
    if (dark_ / pixels_ > 0.5) score.flags.push_back("underexposed: more than half of all pixels are black");
    if (bright_ / pixels_ > 0.5) score.flags.push_back("overexposed: more than half of all pixels are white");
  }

  double dark_ = 0.0, bright_ = 0.0, pixels_ = 0.0, luma_ = 0.0;
};

}  // namespace

EvaluatorInfo information() {
  return {.name = "exposure",
          .profile = "quick",
          .summary = "well-exposedness of the pixels (Mertens et al. 2007): 1 = all near middle grey",
          .licence = "",
          .needs = {},
          .low = 0.0,
          .high = 1.0,
          .higher_is_better = true};
}

std::unique_ptr<EvaluatorBase> create(const std::filesystem::path&, const LoadOptions&) {
  return std::make_unique<SimpleEvaluator<Judge>>(information());
}

}  // namespace gallop::evaluators::exposure
