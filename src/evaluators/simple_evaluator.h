// An evaluator that needs nothing loaded: a judge type, its information and the frames it wants.
#pragma once

#include "evaluators/frame_evaluator.h"

namespace gallop::evaluators {

// Judge is constructed from (const ClipContext&).
template <class Judge>
class SimpleEvaluator final : public FrameEvaluator {
 public:
  explicit SimpleEvaluator(EvaluatorInfo info, media::FrameRequest frames = {}) : info_(std::move(info)), frames_(frames) {}
  EvaluatorInfo info() const override { return info_; }
  media::FrameRequest frames() const override { return frames_; }
  std::unique_ptr<ClipJudge> open(const ClipContext& context) override { return std::make_unique<Judge>(context); }

 private:
  EvaluatorInfo info_;
  media::FrameRequest frames_;
};

}  // namespace gallop::evaluators
