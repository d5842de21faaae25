// VBench color: among the frames that show the asked object with a color, how many show the asked one (vbench.md 4.11).
#include <limits>

#include "base/check.h"
#include "base/names.h"
#include "evaluators/registration.h"
#include "evaluators/vbench/frame_objects.h"
#include "evaluators/vbench/labels.h"
#include "evaluators/vbench/model_evaluator.h"

GALLOP_EVALUATOR(color)

namespace gallop::evaluators::color {
namespace {

constexpr const char* kName = "color";

class Judge final : public ClipJudge {
 public:
  Judge(const vbench::GritModels& models, const ClipContext& context)
      : models_(models),
        color_(vbench::required_label(context.request, kName, "color", "red")),
        object_(vbench::color_object(context.request.prompt, color_)),
        objects_(context.shared.get<vbench::FrameObjects>()) {
    GALLOP_CHECK(!object_.empty(), InvalidArgument,
                 "{}: the prompt {} names no object beside the color; give the text the clip was made from, for example \"a red car\"",
                 kName, base::quote(context.request.prompt));
  }

  void push(const media::FrameView& frame) override {
    const auto& described = objects_->described(models_, frame);
    const auto flags = vbench::color_flags(described.captions, described.first_name, object_, color_);
    colored_ += flags.any ? 1 : 0;
    right_ += flags.wanted ? 1 : 0;
    ++frames_;
    parts_.push_back(flags.wanted ? 1.0 : 0.0);
  }

  Score finish() override {
    Score score{.dimension = kName};
    require_frames(score, frames_, 1);
    score.parts = std::move(parts_);
    score.details = {{"frames_with_object", static_cast<double>(colored_)},
                     {"frames_with_color", static_cast<double>(right_)},
                     {"dropped", colored_ > 0 ? 0.0 : 1.0}};
    // The ratio of nothing to nothing is no number; the reference leaves such clips out of its mean.
    score.value = colored_ > 0 ? static_cast<double>(right_) / static_cast<double>(colored_) : std::numeric_limits<double>::quiet_NaN();
    if (colored_ == 0)
      score.flags.push_back(
          fmt::format("no value: in none of the {} frames is {} the first detection with a color in a caption; left out of means", frames_,
                      base::quote(object_)));
    return score;
  }

 private:
  const vbench::GritModels& models_;
  std::string color_, object_;
  std::shared_ptr<vbench::FrameObjects> objects_;
  std::int64_t frames_ = 0, colored_ = 0, right_ = 0;
  std::vector<double> parts_;
};

}  // namespace

EvaluatorInfo information() {
  return {.name = kName,
          .profile = "vbench",
          .summary = "among the frames where GRiT captions the asked object with a color, the fraction with the asked color",
          .licence = "GRiT weights: MIT",
          .needs = {"weights:grit_b_densecap_objectdet.pth", "weights:vocab.txt", "prompt", "label:color"},
          .low = 0.0,
          .high = 1.0,
          .higher_is_better = true};
}

std::unique_ptr<EvaluatorBase> create(const std::filesystem::path& weights, const LoadOptions& options) {
  return vbench::make_evaluator<Judge>(information(), vbench::kObjectFrames, vbench::load_grit(weights, options));
}

}  // namespace gallop::evaluators::color
