#include "evaluators/vbench/micro_batch.h"

namespace gallop::evaluators::vbench {

void MicroBatch::push(at::Tensor input) {
  if (!waiting_.empty() && waiting_.front().sizes() != input.sizes()) finish();
  waiting_.push_back(std::move(input));
  if (static_cast<std::int64_t>(waiting_.size()) == size_) finish();
}

void MicroBatch::finish() {
  if (waiting_.empty()) return;
  const auto used = static_cast<std::int64_t>(waiting_.size());
  const auto blank = at::zeros_like(waiting_.front());
  while (static_cast<std::int64_t>(waiting_.size()) < size_) waiting_.push_back(blank);
  const auto outputs = network_(at::cat(waiting_));
  waiting_.clear();
  for (std::int64_t i = 0; i < used; ++i) consume_(outputs.slice(0, i, i + 1));
}

}  // namespace gallop::evaluators::vbench
