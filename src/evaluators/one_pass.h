// Several dimensions over one clip with one decode per frame request.
#pragma once

#include <span>

#include "base/run.h"
#include "evaluators/frame_evaluator.h"

namespace gallop::evaluators {

// A score or the reason why there is none.
struct Outcome {
  Score score = {};
  std::optional<Problem> problem = std::nullopt;
};

// Judges `request` by every evaluator, in their order. Evaluators with equal frame requests share a decode. Failures of a
// clip or a dimension become problems; Cancelled and exceptions of callbacks pass through.
std::vector<Outcome> judge_clip(std::span<FrameEvaluator* const> evaluators, const ClipRequest& request,
                                const base::RunMonitor& monitor);

// Decodes begun by judge_clip in this process so far: proof in tests that a clip is decoded once.
std::int64_t decodes_begun() noexcept;

}  // namespace gallop::evaluators
