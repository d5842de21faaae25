// Shot cuts: places where the picture changes abruptly, far more than around it. The value is the number of cuts; the parts
// hold the change of each pair.
#include <algorithm>
#include <limits>

#include "evaluators/quick/track_judge.h"
#include "evaluators/registration.h"
#include "evaluators/simple_evaluator.h"

GALLOP_EVALUATOR(shot_cuts)

namespace gallop::evaluators::shot_cuts {
namespace {

// Three times the usual change around it, at least eight grey levels, and alone: fast motion raises the neighbours too.
bool is_cut(const std::vector<double>& changes, std::size_t i) {
  constexpr std::size_t kAround = 6;
  std::vector<double> around;
  for (std::size_t j = i > kAround ? i - kAround : 0; j < std::min(changes.size(), i + kAround + 1); ++j)
    if (j != i && changes[j] > 0.5) around.push_back(changes[j]);  // repeated frames tell nothing of the usual change
  const double usual = quick::quantile(around, 0.5);
  const bool alone = (i == 0 || changes[i - 1] < 0.5 * changes[i]) && (i + 1 == changes.size() || changes[i + 1] < 0.5 * changes[i]);
  return changes[i] > 8.0 && changes[i] > 3.0 * usual && alone;
}

class Judge final : public quick::TrackJudge {
 public:
  explicit Judge(const ClipContext& context) : TrackJudge(context, "shot_cuts", 2) {}

 private:
  void measure(const media::FrameView&) override {
    if (track().has_previous()) parts_.push_back(quick::mean_difference(track().small(), track().previous_small()));
  }
  void conclude(Score& score) override {
    int cuts = 0;
    for (std::size_t i = 0; i < parts_.size(); ++i) cuts += is_cut(parts_, i);
    score.value = cuts;
    if (cuts > 0) score.flags.push_back("has " + std::to_string(cuts) + (cuts == 1 ? " cut" : " cuts"));
  }
};

}  // namespace

EvaluatorInfo information() {
  return {.name = "shot_cuts",
          .profile = "quick",
          .summary = "number of abrupt changes of the picture",
          .licence = "",
          .needs = {},
          .low = 0.0,
          .high = std::numeric_limits<double>::infinity(),
          .higher_is_better = false};
}

std::unique_ptr<EvaluatorBase> create(const std::filesystem::path&, const LoadOptions&) {
  return std::make_unique<SimpleEvaluator<Judge>>(information());
}

}  // namespace gallop::evaluators::shot_cuts
