// The common shape of the VBench evaluators: shared models, the frames they want, a judge for each clip.
#pragma once

#include <memory>

#include "evaluators/frame_evaluator.h"

namespace gallop::evaluators::vbench {

// Judge is constructed from (const Models&, const ClipContext&); Models holds shared pointers and outlives every judge.
template <class Judge, class Models>
class ModelEvaluator final : public FrameEvaluator {
 public:
  ModelEvaluator(EvaluatorInfo info, media::FrameRequest frames, Models models)
      : info_(std::move(info)), frames_(frames), models_(std::move(models)) {}
  EvaluatorInfo info() const override { return info_; }
  media::FrameRequest frames() const override { return frames_; }
  bool takes_device_frames() const override { return true; }
  std::unique_ptr<ClipJudge> open(const ClipContext& context) override { return std::make_unique<Judge>(models_, context); }

 private:
  EvaluatorInfo info_;
  media::FrameRequest frames_;
  Models models_;
};

template <class Judge, class Models>
std::unique_ptr<EvaluatorBase> make_evaluator(EvaluatorInfo info, media::FrameRequest frames, Models models) {
  return std::make_unique<ModelEvaluator<Judge, Models>>(std::move(info), frames, std::move(models));
}

}  // namespace gallop::evaluators::vbench
