// The base of every evaluator.
#include "base/check.h"
#include "gallop/evaluator.h"

namespace gallop {
inline namespace v0 {

EvaluatorBase::~EvaluatorBase() = default;
Score EvaluatorBase::score(const ClipRequest& request, const RunOptions& run) {
  auto scores = score(std::span(&request, 1), run);
  GALLOP_CHECK(scores.size() == 1, InternalError, "evaluator {}: returned {} scores for one clip", info().name, scores.size());
  return std::move(scores.front());
}

}  // namespace v0
}  // namespace gallop
