#include "evaluators/vbench/consistency.h"

#include <numeric>

namespace gallop::evaluators::vbench {
namespace {

double similarity(const at::Tensor& a, const at::Tensor& b) { return std::max(0.0, at::cosine_similarity(a, b).item<double>()); }

}  // namespace

Score consistency(const char* dimension, const std::vector<at::Tensor>& features) {
  Score score{.dimension = dimension};
  require_frames(score, static_cast<std::int64_t>(features.size()), 2);
  at::Tensor first, previous;
  for (const auto& feature : features) {
    const auto unit = feature / feature.norm(2, 1, true).clamp_min(1e-12);
    if (first.defined())
      score.parts.push_back((similarity(previous, unit) + similarity(first, unit)) / 2.0);
    else
      first = unit;
    previous = unit;
  }
  score.value = std::accumulate(score.parts.begin(), score.parts.end(), 0.0) / static_cast<double>(score.parts.size());
  return score;
}

}  // namespace gallop::evaluators::vbench
