// Many clips on many dimensions, problems collected.
#pragma once

#include <span>
#include <vector>

#include "gallop/evaluator.h"

namespace gallop::evaluators {

std::vector<ClipResult> score_clips(std::span<const ClipRequest> requests, const ScoreOptions& options, const RunOptions& run);

}  // namespace gallop::evaluators
