// Several dimensions over one clip with one decode per frame request.
#pragma once

#include <functional>
#include <span>

#include "base/run.h"
#include "evaluators/frame_evaluator.h"

namespace gallop::evaluators {

// A score or the reason why there is none.
struct Outcome {
  Score score = {};
  std::optional<Problem> problem = std::nullopt;
};

// Told of an evaluator's position and outcome as soon as that outcome stands, before the next evaluator ends its work.
using OutcomeSink = std::function<void(std::size_t, const Outcome&)>;

// Judges `request` by every evaluator, in their order. Evaluators with equal frame requests share a decode. Failures of a
// clip or a dimension become problems; Cancelled and exceptions of callbacks and of `sink` pass through.
std::vector<Outcome> judge_clip(std::span<FrameEvaluator* const> evaluators, const ClipRequest& request,
                                const base::RunMonitor& monitor, const OutcomeSink& sink = {});

// Decodes begun by judge_clip in this process so far: proof in tests that a clip is decoded once.
std::int64_t decodes_begun() noexcept;

}  // namespace gallop::evaluators
