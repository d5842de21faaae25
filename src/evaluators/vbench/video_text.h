// ViCLIP similarity of a clip and its prompt, the whole of temporal_style and overall_consistency (vbench.md 4.14, 4.16).
#pragma once

#include "evaluators/frame_evaluator.h"
#include "gallop/evaluator.h"

namespace gallop::evaluators::vbench {

// The two dimensions differ in name and in the prompts of the suite only; the clip's vector is computed once for both.
std::unique_ptr<EvaluatorBase> make_video_text(EvaluatorInfo info, const std::filesystem::path& weights, const LoadOptions& options);

}  // namespace gallop::evaluators::vbench
