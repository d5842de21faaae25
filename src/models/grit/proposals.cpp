#include "models/grit/proposals.h"

#include <algorithm>

#include "nn/nms.h"

namespace gallop::models::grit {
namespace {

constexpr std::int64_t kLayers = 4, kGroups = 32, kPerLevel = 1000, kAtMost = 256;
constexpr double kFaint = 1e-4, kOverlap = 0.9, kLeastSide = 0.01;

Boxes level_boxes(const ProposalHead::Maps& maps, std::int64_t stride) {
  const auto height = maps.heat.size(2), width = maps.heat.size(3);
  auto chances = maps.heat.sigmoid().reshape({-1});
  auto candidates = (chances > kFaint).nonzero().squeeze(1);
  chances = chances.index_select(0, candidates);
  if (candidates.size(0) > kPerLevel) {
    const auto best = std::get<1>(chances.topk(kPerLevel, 0, true, false));
    candidates = candidates.index_select(0, best);
    chances = chances.index_select(0, best);
  }
  const auto sides = (maps.box * stride).permute({0, 2, 3, 1}).reshape({-1, 4}).index_select(0, candidates).unbind(1);
  const auto options = sides[0].options();
  const auto x =
      (at::arange(width, options) * stride + stride / 2).unsqueeze(0).expand({height, width}).reshape({-1}).index_select(0, candidates);
  const auto y =
      (at::arange(height, options) * stride + stride / 2).unsqueeze(1).expand({height, width}).reshape({-1}).index_select(0, candidates);
  const auto left = x - sides[0], top = y - sides[1];
  return {at::stack({left, top, (x + sides[2]).maximum(left + kLeastSide), (y + sides[3]).maximum(top + kLeastSide)}, 1), chances.sqrt()};
}

}  // namespace

ProposalHead ProposalHead::load(const GritConfig& config, const nn::Params& params) {
  const auto c = config.channels;
  ProposalHead head;
  for (std::int64_t i = 0; i < kLayers; ++i) {
    head.tower.push_back(nn::Conv2d::load(params / "bbox_tower" / (3 * i), c, c, nn::Conv2d::square(3)));
    const auto norm = params / "bbox_tower" / (3 * i + 1);
    head.norms.push_back({norm("weight", {c}), norm("bias", {c})});
  }
  head.heat = nn::Conv2d::load(params / "agn_hm", c, 1, nn::Conv2d::square(3));
  head.box = nn::Conv2d::load(params / "bbox_pred", c, 4, nn::Conv2d::square(3));
  for (std::size_t level = 0; level < Pyramid::kStrides.size(); ++level)
    head.scales.push_back((params / "scales" / static_cast<std::int64_t>(level))("scale", {1}));
  return head;
}

std::vector<ProposalHead::Maps> ProposalHead::maps(const Pyramid::Levels& levels) const {
  std::vector<Maps> all;
  for (std::size_t level = 0; level < levels.size(); ++level) {
    auto x = levels[level];
    for (std::size_t i = 0; i < tower.size(); ++i) x = at::group_norm(tower[i](x), kGroups, norms[i].weight, norms[i].bias, 1e-5).relu_();
    all.push_back({heat(x), (box(x) * scales[level]).relu_()});
  }
  return all;
}

Boxes ProposalHead::operator()(const Pyramid::Levels& levels) const {
  std::vector<at::Tensor> corners, scores;
  const auto all = maps(levels);
  for (std::size_t level = 0; level < all.size(); ++level) {
    const auto found = level_boxes(all[level], Pyramid::kStrides[level]);
    corners.push_back(found.corners);
    scores.push_back(found.scores);
  }
  Boxes boxes{at::cat(corners), at::cat(scores)};
  auto keep = nn::nms(boxes.corners, boxes.scores, kOverlap);
  if (keep.size(0) > kAtMost) {
    // Best first, so those as good as the last allowed one follow it directly.
    const auto ranked = boxes.scores.index_select(0, keep);
    keep = keep.slice(0, 0, (ranked >= ranked[kAtMost - 1]).sum().item<std::int64_t>());
  }
  return {boxes.corners.index_select(0, keep), boxes.scores.index_select(0, keep)};
}

}  // namespace gallop::models::grit
