#include "evaluators/vbench/text_features.h"

namespace gallop::evaluators::vbench {

at::Tensor TextFeatures::of(const std::string& text) const {
  constexpr std::size_t kKept = 4096;  // texts; a suite has a thousand
  const std::lock_guard lock(mutex_);
  if (const auto found = known_.find(text); found != known_.end()) return found->second;
  const auto row = bpe_.tokens(text, static_cast<std::size_t>(tower_.config.context), overflow_);
  const auto features = tower_(at::tensor(row, at::kLong).unsqueeze(0).to(tower_.embedding.device()));
  if (known_.size() >= kKept) known_.clear();
  return known_[text] = features / features.norm(2, 1, true);
}

}  // namespace gallop::evaluators::vbench
