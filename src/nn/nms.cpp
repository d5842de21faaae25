#include "nn/nms.h"

#include <algorithm>
#include <vector>

namespace gallop::nn {
namespace {

struct Box {
  float x1, y1, x2, y2;
  float area() const { return (x2 - x1) * (y2 - y1); }
};

float intersection(const Box& a, const Box& b) {
  const float width = std::max(0.0F, std::min(a.x2, b.x2) - std::max(a.x1, b.x1));
  const float height = std::max(0.0F, std::min(a.y2, b.y2) - std::max(a.y1, b.y1));
  return width * height;
}

}  // namespace

at::Tensor nms(const at::Tensor& boxes, const at::Tensor& scores, double threshold) {
  const auto order = std::get<1>(scores.cpu().sort(/*stable=*/true, /*dim=*/0, /*descending=*/true));
  const auto sorted = boxes.cpu().to(at::kFloat).index_select(0, order).contiguous();
  const auto* candidates = reinterpret_cast<const Box*>(sorted.const_data_ptr<float>());
  const auto* original = order.const_data_ptr<std::int64_t>();
  const auto count = sorted.size(0);
  std::vector<bool> suppressed(static_cast<std::size_t>(count));
  std::vector<std::int64_t> kept;
  for (std::int64_t i = 0; i < count; ++i) {
    if (suppressed[static_cast<std::size_t>(i)]) continue;
    kept.push_back(original[i]);
    const Box best = candidates[i];
    const float area = best.area();
    for (std::int64_t j = i + 1; j < count; ++j) {
      const float shared = intersection(best, candidates[j]);
      // The quotient is float32 as in the reference; an empty union gives not-a-number, which suppresses nothing.
      if (shared / (area + candidates[j].area() - shared) > threshold) suppressed[static_cast<std::size_t>(j)] = true;
    }
  }
  return at::tensor(kept, at::kLong).to(boxes.device());
}

}  // namespace gallop::nn
