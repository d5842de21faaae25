// The public side of judging: the registry, scoring many clips. Foreign exceptions become errors of the library here.
#include "gallop/evaluator.h"

#include "evaluators/registry.h"
#include "evaluators/score_clips.h"
#include "tensor/translate.h"

namespace gallop {
inline namespace v0 {

void register_evaluator(EvaluatorInfo info, EvaluatorFactory make) { evaluators::add(std::move(info), std::move(make)); }

std::unique_ptr<EvaluatorBase> make_evaluator(std::string_view name, const std::filesystem::path& weights, const LoadOptions& options) {
  return tensor::translated([&] { return evaluators::make(name, weights, options); });
}

std::vector<EvaluatorInfo> evaluators(std::string_view profile) { return evaluators::list(profile); }

std::vector<ClipResult> score_clips(std::span<const ClipRequest> requests, const ScoreOptions& options, const RunOptions& run) {
  return tensor::translated([&] { return evaluators::score_clips(requests, options, run); });
}

}  // namespace v0
}  // namespace gallop
