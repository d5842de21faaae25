// The mean over 16 frames that each say something about the objects in them: the common shape of the GRiT dimensions.
#pragma once

#include <numeric>

#include "evaluators/vbench/frame_objects.h"
#include "evaluators/vbench/model_evaluator.h"

namespace gallop::evaluators::vbench {

// Rule is constructed from (const ClipRequest&) and gives a frame's value from its instances.
template <class Rule>
class ObjectJudge final : public ClipJudge {
 public:
  ObjectJudge(const GritModels& models, const ClipContext& context)
      : models_(models), rule_(context.request), objects_(context.shared.get<FrameObjects>()) {}
  void push(const media::FrameView& frame) override { values_.push_back(rule_(objects_->objects(models_, frame))); }

  Score finish() override {
    Score score{.dimension = Rule::kName};
    require_frames(score, static_cast<std::int64_t>(values_.size()), 1);
    score.value = std::accumulate(values_.begin(), values_.end(), 0.0) / static_cast<double>(values_.size());
    score.parts = std::move(values_);
    return score;
  }

 private:
  const GritModels& models_;
  Rule rule_;
  std::shared_ptr<FrameObjects> objects_;
  std::vector<double> values_;
};

template <class Rule>
std::unique_ptr<EvaluatorBase> make_object_evaluator(EvaluatorInfo info, const std::filesystem::path& weights, const LoadOptions& options) {
  return make_evaluator<ObjectJudge<Rule>>(std::move(info), kObjectFrames, load_grit(weights, options));
}

}  // namespace gallop::evaluators::vbench
