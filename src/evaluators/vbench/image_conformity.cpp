#include "evaluators/vbench/image_conformity.h"

#include <algorithm>
#include <numeric>

#include "base/check.h"
#include "evaluators/vbench/frame_tensor.h"
#include "tensor/convert.h"

namespace gallop::evaluators::vbench {
namespace {

constexpr std::int64_t kBatch = 4;

at::Tensor unit(const at::Tensor& feature) { return feature / feature.norm(2, 1, true).clamp_min(1e-12); }
// The picture of a request, uint8 [1, H, W, 3].
at::Tensor required_image(const ClipRequest& request, const char* dimension) {
  GALLOP_CHECK(request.image.has_value(), InvalidArgument, "{}: the clip has no image; give the one it was made from", dimension);
  return tensor::view_of(*request.image).unsqueeze(0);
}
double likeness(const at::Tensor& a, const at::Tensor& b) { return std::max(0.0, at::cosine_similarity(a, b).item<double>()); }

}  // namespace

ImageConformity::ImageConformity(const at::Tensor& picture) : picture_(unit(picture)) {}

void ImageConformity::add(const at::Tensor& feature) {
  const auto current = unit(feature);
  to_picture_.push_back(likeness(picture_, current));
  if (previous_.defined()) to_previous_.push_back(likeness(previous_, current));
  previous_ = current;
}

Score ImageConformity::score(const char* dimension) const {
  Score score{.dimension = dimension};
  require_frames(score, static_cast<std::int64_t>(to_picture_.size()), 2);
  const double best = *std::max_element(to_picture_.begin(), to_picture_.end());
  const double worst = *std::min_element(to_previous_.begin(), to_previous_.end());
  const double mean = std::accumulate(to_previous_.begin(), to_previous_.end(), 0.0) / static_cast<double>(to_previous_.size());
  score.value = 0.4 * best + 0.3 * mean + 0.3 * worst;
  score.parts = to_picture_;
  score.details = {{"best_likeness_to_image", best}, {"mean_likeness_of_neighbours", mean}, {"worst_likeness_of_neighbours", worst}};
  return score;
}

ConformityJudge::ConformityJudge(const ConformityModels& models, const ClipContext& context)
    : models_(models),
      meter_(models.network(models.picture(required_image(context.request, models.dimension)))),
      batch_(kBatch, models.network),
      lane_(batch_) {}

void ConformityJudge::push(const media::FrameView& frame) { lane_.push(models_.frame(view_of(frame))); }

Score ConformityJudge::finish() {
  for (const auto& row : lane_.finish()) meter_.add(row);
  return meter_.score(models_.dimension);
}

}  // namespace gallop::evaluators::vbench
