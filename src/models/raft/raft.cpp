#include "models/raft/raft.h"

#include "base/check.h"

namespace gallop::models::raft {
namespace {

// Convex combination of the 3 x 3 coarse neighbours: mask [1, 576, h, w] -> [1, 2, 8 h, 8 w].
at::Tensor upsample(const at::Tensor& flow, const at::Tensor& mask) {
  const auto h = flow.size(2), w = flow.size(3);
  const auto weights = at::softmax(mask.contiguous().view({1, 1, 9, 8, 8, h, w}), 2);
  const auto neighbours = at::im2col(flow.contiguous() * 8, {3, 3}, {1, 1}, {1, 1}, {1, 1}).view({1, 2, 9, 1, 1, h, w});
  return (weights * neighbours).sum(2).permute({0, 1, 4, 2, 5, 3}).reshape({1, 2, 8 * h, 8 * w});
}

}  // namespace

Raft Raft::load(const RaftConfig& config, const nn::Params& params) {
  return {.config = config,
          .features = Encoder::load(params / "fnet", true),
          .context = Encoder::load(params / "cnet", false),
          .update = Update::load(params / "update_block")};
}

Raft::Frame Raft::prepare(const at::Tensor& image) const {
  const auto height = image.size(2), width = image.size(3);
  GALLOP_CHECK(height % 8 == 0 && width % 8 == 0 && std::min(height, width) >= config.least_side, InvalidArgument,
               "raft: a frame is {}x{}, expected sides that are multiples of 8 and at least {}; pad or enlarge it", width, height,
               config.least_side);
  const auto scaled = ((image / 255.0) * 2.0 - 1.0).contiguous(at::MemoryFormat::ChannelsLast);
  return {scaled, features(scaled)};
}

Raft::Flow Raft::operator()(const Frame& first, const Frame& second) const {
  const auto h = first.features.size(2), w = first.features.size(3);
  const correlation::Pyramid pyramid(config.pyramid, correlation::correlate(first.features, second.features), h, w);
  const auto both = context(first.image);
  auto hidden = both.slice(1, 0, 128).tanh().contiguous(at::MemoryFormat::ChannelsLast);
  const auto inner = both.slice(1, 128).relu().contiguous(at::MemoryFormat::ChannelsLast);
  const auto horizontal = Update::prepare(update.horizontal, inner), vertical = Update::prepare(update.vertical, inner);
  const auto start = correlation::pixel_grid(h, w, first.image.options());
  auto centres = start;
  for (int i = 0; i < config.iterations; ++i) {
    const auto flow = (centres - start).contiguous(at::MemoryFormat::ChannelsLast);
    const auto motion = update.encode(pyramid.lookup(centres), flow);
    hidden = Update::recur(update.horizontal, horizontal, hidden, motion);
    hidden = Update::recur(update.vertical, vertical, hidden, motion);
    centres = centres + update.flow_step(hidden);
  }
  const auto coarse = centres - start;
  return {coarse, upsample(coarse, update.upsampling_mask(hidden))};
}

}  // namespace gallop::models::raft
