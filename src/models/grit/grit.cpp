#include "models/grit/grit.h"

#include <algorithm>

namespace gallop::models::grit {
namespace {

constexpr std::int64_t kDivisor = 32;
// Boxes that are described together: their visual keys and values are 8 MB a box.
constexpr std::int64_t kTogether = 32;

}  // namespace

Grit Grit::load(const GritConfig& config, const nn::Params& params) {
  const auto heads = params / "roi_heads";
  return {.config = config,
          .backbone = Backbone::load(config, params / "backbone" / "bottom_up"),
          .pyramid = Pyramid::load(config, params / "backbone"),
          .proposals = ProposalHead::load(config, params / "proposal_generator" / "centernet_head"),
          .heads = BoxHeads::load(config, heads),
          .text = TextDecoder::load(config, heads / "text_decoder" / "textual")};
}

at::Tensor Grit::prepare(const at::Tensor& image) {
  const auto mean = at::tensor({123.675F, 116.28F, 103.53F}, at::kFloat).view({1, 3, 1, 1}).to(image.device());
  const auto deviation = at::tensor({58.395F, 57.12F, 57.375F}, at::kFloat).view({1, 3, 1, 1}).to(image.device());
  const auto missing = [](std::int64_t side) { return (kDivisor - side % kDivisor) % kDivisor; };
  return at::constant_pad_nd((image - mean) / deviation, {0, missing(image.size(3)), 0, missing(image.size(2))});
}

Grit::Found Grit::detect(const at::Tensor& image) const {
  const auto height = image.size(2), width = image.size(3);
  const auto levels = pyramid(backbone(prepare(image)));
  auto boxes = heads(levels, proposals(levels), height, width);
  const auto sides = boxes.corners.narrow(1, 2, 2) - boxes.corners.narrow(1, 0, 2);
  const auto solid = (sides > 0).all(1).nonzero().squeeze(1);
  boxes = {boxes.corners.index_select(0, solid), boxes.scores.index_select(0, solid)};
  const auto tokens = config.text_pooled * config.text_pooled;
  return {boxes, pool(levels, boxes.corners, config.text_pooled).view({-1, tokens, config.channels})};
}

std::vector<TextDecoder::Ids> Grit::describe(const Found& found, std::int64_t begin) const {
  std::vector<TextDecoder::Ids> texts;
  const auto count = found.features.size(0);
  for (std::int64_t first = 0; first < count; first += kTogether) {
    auto some = text.describe(text.look(found.features.narrow(0, first, std::min(kTogether, count - first))), begin);
    std::move(some.begin(), some.end(), std::back_inserter(texts));
  }
  return texts;
}

}  // namespace gallop::models::grit
