#include "models/grit/box_heads.h"

#include <algorithm>
#include <cmath>

#include "nn/nms.h"
#include "nn/roi_align.h"

namespace gallop::models::grit {
namespace {

constexpr double kLeastScore = 0.5, kOverlap = 0.5;
constexpr std::int64_t kAtMost = 256, kPooledLevels = 3;
const double kLargestGrowth = std::log(1000.0 / 16.0);

}  // namespace

at::Tensor pool(const Pyramid::Levels& levels, const at::Tensor& corners, std::int64_t size) {
  const auto sides = corners.narrow(1, 2, 2) - corners.narrow(1, 0, 2);
  const auto roots = sides.prod(1).sqrt();
  const auto wanted = (4.0 + (roots / 224.0 + 1e-8).log2()).floor().clamp(3, 5).sub(3);
  auto pooled = at::empty({corners.size(0), size, size, levels[0].size(1)}, levels[0].options());
  for (std::int64_t level = 0; level < kPooledLevels; ++level) {
    const auto chosen = (wanted == level).nonzero().squeeze(1);
    if (chosen.size(0) == 0) continue;
    const double scale = 1.0 / static_cast<double>(Pyramid::kStrides[static_cast<std::size_t>(level)]);
    pooled.index_copy_(
        0, chosen,
        nn::roi_align(levels[static_cast<std::size_t>(level)], corners.index_select(0, chosen), scale, size).permute({0, 2, 3, 1}));
  }
  return pooled;
}

at::Tensor apply_deltas(const at::Tensor& corners, const at::Tensor& deltas, const std::array<double, 2>& scale) {
  const auto size = corners.narrow(1, 2, 2) - corners.narrow(1, 0, 2);
  const auto center = corners.narrow(1, 0, 2) + size * 0.5;
  const auto moved = deltas.narrow(1, 0, 2) / scale[0] * size + center;
  const auto half = (deltas.narrow(1, 2, 2) / scale[1]).clamp_max(kLargestGrowth).exp() * size * 0.5;
  return at::cat({moved - half, moved + half}, 1);
}

at::Tensor clipped(const at::Tensor& corners, std::int64_t height, std::int64_t width) {
  const auto limit = at::tensor(
      {static_cast<float>(width), static_cast<float>(height), static_cast<float>(width), static_cast<float>(height)}, at::kFloat);
  return corners.clamp_min(0.0).minimum(limit.to(corners.device()));
}

BoxHeads BoxHeads::load(const GritConfig& config, const nn::Params& params) {
  BoxHeads heads{.config = config, .stages = {}};
  const auto cells = config.pooled * config.pooled, inner = config.hidden;
  for (std::int64_t i = 0; i < config.stages; ++i) {
    const auto head = params / "box_head" / i, predictor = params / "box_predictor" / i;
    auto fc1 = nn::Linear::load(head / "fc1", config.channels * cells, inner);
    // Stored for channels, rows, columns; features here are kept with the channels last.
    fc1.weight = fc1.weight.view({inner, config.channels, cells}).transpose(1, 2).reshape({inner, cells * config.channels});
    const auto wide = 10.0 * static_cast<double>(i + 1), narrow = 5.0 * static_cast<double>(i + 1);
    heads.stages.push_back({.fc1 = fc1,
                            .fc2 = nn::Linear::load(head / "fc2", inner, inner),
                            .score = nn::Linear::load(predictor / "cls_score", inner, 2),
                            .hidden = nn::Linear::load(predictor / "bbox_pred" / 0, inner, inner),
                            .deltas = nn::Linear::load(predictor / "bbox_pred" / 2, inner, 4),
                            .scale = {wide, narrow}});
  }
  return heads;
}

Boxes BoxHeads::refine(const Pyramid::Levels& levels, const Boxes& proposals, std::int64_t height, std::int64_t width) const {
  auto corners = proposals.corners;
  auto chance = at::zeros_like(proposals.scores);
  for (std::size_t i = 0; i < stages.size(); ++i) {
    const auto& stage = stages[i];
    if (i > 0) corners = clipped(corners, height, width);
    const auto features = stage.fc2(stage.fc1(pool(levels, corners, config.pooled).flatten(1)).relu_()).relu_();
    chance += stage.score(features).softmax(1).select(1, 0);
    corners = apply_deltas(corners, stage.deltas(stage.hidden(features).relu_()), stage.scale);
  }
  return {corners, (chance * (1.0 / static_cast<double>(stages.size())) * proposals.scores).sqrt()};
}

Boxes BoxHeads::operator()(const Pyramid::Levels& levels, const Boxes& proposals, std::int64_t height, std::int64_t width) const {
  if (proposals.scores.size(0) == 0) return proposals;
  const auto refined = refine(levels, proposals, height, width);
  const auto usable =
      at::isfinite(refined.corners).all(1).logical_and(at::isfinite(refined.scores)).logical_and(refined.scores > kLeastScore);
  const auto chosen = usable.nonzero().squeeze(1);
  const Boxes found{clipped(refined.corners.index_select(0, chosen), height, width), refined.scores.index_select(0, chosen)};
  const auto keep = nn::nms(found.corners, found.scores, kOverlap).slice(0, 0, kAtMost);
  return {found.corners.index_select(0, keep), found.scores.index_select(0, keep)};
}

}  // namespace gallop::models::grit
