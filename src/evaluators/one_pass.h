// Several dimensions over many clips: one decode a clip and frame request, batches filled across clips.
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

// Judges every request by every evaluator. `rate` above 0: dimensions that look at every frame see this many a second of a
// faster clip. Evaluators with equal frame requests share a decode; a clip whose scores wait for frames of the next ones to
// fill a batch is kept open for a while. Failures of a clip or a dimension become problems; Cancelled and exceptions of
// callbacks pass through. `done` is called in the order of the requests, with outcomes in the order of the evaluators.
using ClipDone = std::function<void(std::size_t request, std::vector<Outcome> outcomes)>;
void judge_clips(std::span<FrameEvaluator* const> evaluators, std::span<const ClipRequest> requests, double rate,
                 const base::RunMonitor& monitor, const ClipDone& done);

// Told of an evaluator's position and outcome as soon as that outcome stands, before the next evaluator ends its work.
using OutcomeSink = std::function<void(std::size_t, const Outcome&)>;

// Judges one request alone by every evaluator, in their order. Evaluators with equal frame requests share a decode. Failures of a
// clip or a dimension become problems; Cancelled and exceptions of callbacks and of `sink` pass through.
std::vector<Outcome> judge_clip(std::span<FrameEvaluator* const> evaluators, const ClipRequest& request, const base::RunMonitor& monitor,
                                const OutcomeSink& sink = {});

// Decodes begun in this process so far: proof in tests that a clip is decoded once.
std::int64_t decodes_begun() noexcept;

}  // namespace gallop::evaluators
