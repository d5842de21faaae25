#include "evaluators/vbench/consistency.h"

#include <numeric>

namespace gallop::evaluators::vbench {
namespace {

double similarity(const at::Tensor& a, const at::Tensor& b) { return std::max(0.0, at::cosine_similarity(a, b).item<double>()); }

}  // namespace

void Consistency::add(const at::Tensor& feature) {
  const auto unit = feature / feature.norm(2, 1, true).clamp_min(1e-12);
  if (frames_++ == 0) first_ = unit;
  else similarities_.push_back((similarity(previous_, unit) + similarity(first_, unit)) / 2.0);
  previous_ = unit;
}

Score Consistency::score(const char* dimension) const {
  Score score{.dimension = dimension};
  require_frames(score, frames_, 2);
  score.parts = similarities_;
  score.value = std::accumulate(similarities_.begin(), similarities_.end(), 0.0) / static_cast<double>(similarities_.size());
  return score;
}

}  // namespace gallop::evaluators::vbench
