#include "models/amt/amt.h"

#include <optional>

#include "base/check.h"
#include "models/amt/pixels.h"

namespace gallop::models::amt {
namespace {

// Flows towards the first and the second frame, [1, 4, H, W], and features, at one level.
struct Field {
  at::Tensor flows, features;
  at::Tensor flow0() const { return flows.slice(1, 0, 2); }
  at::Tensor flow1() const { return flows.slice(1, 2); }
};

// Both directions of correlation, looked up where the middle pixel lies in the other frame.
struct Matcher {
  correlation::Pyramid forward, backward;
  at::Tensor grid;

  struct Match {
    at::Tensor looked_up, flows;
  };
  Match operator()(const Field& field, double shrink) const {
    const Field small{.flows = shrink == 1.0 ? field.flows : resize(field.flows, shrink).mul_(shrink), .features = {}};
    constexpr double kInverseTime = 2.0;  // 1 / t and 1 / (1 - t) at t = 0.5
    return {at::cat({forward.lookup(grid + small.flow1() * kInverseTime), backward.lookup(grid + small.flow0() * kInverseTime)}, 1),
            small.flows};
  }
};

Matcher make_matcher(const correlation::PyramidConfig& config, const at::Tensor& f0, const at::Tensor& f1) {
  const auto h = f0.size(2), w = f0.size(3);
  const auto volume = correlation::correlate(f0, f1);
  return {correlation::Pyramid(config, volume, h, w), correlation::Pyramid(config, correlation::transposed(volume), h, w),
          correlation::pixel_grid(h, w, f0.options())};
}

void apply(const UpdateBlock& update, const Matcher& matcher, Field& field) {
  const auto match = matcher(field, 1.0 / static_cast<double>(update.scale));
  const auto residual = update(field.features, match.flows, match.looked_up);
  field.flows = field.flows + residual.flows;
  field.features = field.features + residual.features;
}

at::Tensor gather_inputs(const Field& field, const at::Tensor& f0, const at::Tensor& f1) {
  Joined inputs(field.features.size(1) + f0.size(1) + f1.size(1) + 4, f0);
  inputs.put(field.features);
  warp_into(inputs.next(f0.size(1)), f0, field.flow0());
  warp_into(inputs.next(f1.size(1)), f1, field.flow1());
  return inputs.put(field.flows).whole;
}

// A decoder's flows are added to those of the level below, whose pixels are twice as wide.
Field descend(const Decoder& decoder, const Field& field, const at::Tensor& f0, const at::Tensor& f1) {
  const auto out = decoder(gather_inputs(field, f0, f1));
  return {resize(field.flows, 2.0).mul_(2.0).add_(out.slice(1, 0, 4)), out.slice(1, 4)};
}

}  // namespace

Amt Amt::load(const AmtConfig& config, const nn::Params& params) {
  const auto& c = config.channels;
  const auto level = [&](const char* name, std::int64_t in, std::int64_t out) {
    return Decoder::load(params / name, 3 * in + 4, 3 * in, out, config.side);
  };
  const auto fields = config.fields;
  return {.config = config,
          .features = FeatureEncoder::load(params / "feat_encoder"),
          .images = ImagePyramid::load(params / "encoder", c),
          .decoder4 = Decoder::load(params / "decoder4", 2 * c[3] + 1, 2 * c[3], c[2] + 4, config.side),
          .decoder3 = level("decoder3", c[2], c[1] + 4),
          .decoder2 = level("decoder2", c[1], c[0] + 4),
          .decoder1 = level("decoder1", c[0], 8 * fields),
          .update4 = UpdateBlock::load(params / "update4", c[2], 1),
          .update3 = UpdateBlock::load(params / "update3", c[1], 2),
          .update2 = UpdateBlock::load(params / "update2", c[0], 4),
          .combine1 = nn::Conv2d::load(params / "comb_block" / 0, 3 * fields, 6 * fields, nn::Conv2d::square(3)),
          .combine2 = nn::Conv2d::load(params / "comb_block" / 2, 6 * fields, 3, nn::Conv2d::square(3)),
          .combine_slope = (params / "comb_block" / 1)("weight", {6 * fields})};
}

at::Tensor Amt::operator()(const at::Tensor& first, const at::Tensor& second) const {
  const auto height = first.size(2), width = first.size(3), fields = config.fields;
  GALLOP_CHECK(height % 16 == 0 && width % 16 == 0 && std::min(height, width) >= config.least_side, InvalidArgument,
               "amt: a frame is {}x{}, expected sides that are multiples of 16 and at least {}; pad or enlarge it", width, height,
               config.least_side);
  const auto mean = at::cat({first, second}, 2).mean();
  const auto image0 = (first - mean).contiguous(at::MemoryFormat::ChannelsLast);
  const auto image1 = (second - mean).contiguous(at::MemoryFormat::ChannelsLast);
  auto matcher = std::optional(make_matcher(config.pyramid, features(image0), features(image1)));
  const auto f0 = images(image0), f1 = images(image1);

  const auto time = at::full({1, 1, f0[3].size(2), f0[3].size(3)}, 0.5, first.options());
  const auto start = decoder4(at::cat({f0[3], f1[3], time}, 1));
  Field field{start.slice(1, 0, 4), start.slice(1, 4)};
  apply(update4, *matcher, field);
  field = descend(decoder3, field, f0[2], f1[2]);
  apply(update3, *matcher, field);
  field = descend(decoder2, field, f0[1], f1[1]);
  apply(update2, *matcher, field);
  matcher.reset();  // half of all memory

  const auto out = decoder1(gather_inputs(field, f0[0], f1[0]));
  const auto flows = resize(field.flows, 2.0).mul_(2.0);
  Joined all(3 * fields, image0);  // the middle frame by each hypothesis
  for (std::int64_t i = 0; i < fields; ++i) {
    const auto part = [&](std::int64_t first, std::int64_t channels) {
      return out.slice(1, first * fields + i * channels, first * fields + (i + 1) * channels);
    };
    blend_into(all.next(3), {image0, image1}, flows,
               {.residual_flows = {part(0, 2), part(2, 2)}, .mask = part(4, 1), .residual = part(5, 3)}, mean);
  }
  auto middle = combine2(prelu_(combine1(all.whole), combine_slope));
  for (std::int64_t i = 0; i < fields; ++i) middle.add_(all.whole.slice(1, 3 * i, 3 * (i + 1)), 1.0 / static_cast<double>(fields));
  return middle.clamp_(0, 1);
}

}  // namespace gallop::models::amt
