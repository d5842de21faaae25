#include "models/raft/update.h"

namespace gallop::models::raft {
namespace {

constexpr std::int64_t kHidden = 128;

using Padding = std::array<std::int64_t, 2>;

nn::PackedConv2d part(const at::Tensor& weight, const at::Tensor& bias, Padding padding) {
  return nn::PackedConv2d(nn::Conv2d::of(weight, bias, 1, padding)).pack();
}

// The input of the published convolutions is (hidden, context, motion), 128 channels each.
at::Tensor moving(const at::Tensor& weight) { return at::cat({weight.slice(1, 0, kHidden), weight.slice(1, 2 * kHidden)}, 1); }
at::Tensor fixed(const at::Tensor& weight) { return weight.slice(1, kHidden, 2 * kHidden); }

Update::Pass load_pass(const nn::Params& params, const std::string& number, std::array<std::int64_t, 2> kernel) {
  const auto weight = [&](const char* gate) { return params(gate + number + ".weight", {kHidden, 3 * kHidden, kernel[0], kernel[1]}); };
  const auto bias = [&](const char* gate) { return params(gate + number + ".bias", {kHidden}); };
  const Padding padding = {kernel[0] / 2, kernel[1] / 2};
  const auto gates = at::cat({weight("convz"), weight("convr")});
  const auto candidate = weight("convq");
  return {.gates = part(moving(gates), {}, padding),
          .gates_context = part(fixed(gates), at::cat({bias("convz"), bias("convr")}), padding),
          .candidate = part(moving(candidate), {}, padding),
          .candidate_context = part(fixed(candidate), bias("convq"), padding)};
}

}  // namespace

Update Update::load(const nn::Params& params) {
  const auto encoder = params / "encoder", gru = params / "gru", head = params / "flow_head", mask = params / "mask";
  return {.correlation1 = nn::PackedConv2d::load(encoder / "convc1", 324, 256, nn::Conv2d::square(1)),
          .correlation2 = nn::PackedConv2d::load(encoder / "convc2", 256, 192, nn::Conv2d::square(3)),
          .flow1 = nn::PackedConv2d::load(encoder / "convf1", 2, 128, nn::Conv2d::square(7)),
          .flow2 = nn::PackedConv2d::load(encoder / "convf2", 128, 64, nn::Conv2d::square(3)),
          .motion = nn::PackedConv2d::load(encoder / "conv", 256, 126, nn::Conv2d::square(3)),
          .horizontal = load_pass(gru, "1", {1, 5}),
          .vertical = load_pass(gru, "2", {5, 1}),
          .head1 = nn::PackedConv2d::load(head / "conv1", kHidden, 256, nn::Conv2d::square(3)),
          .head2 = nn::PackedConv2d::load(head / "conv2", 256, 2, nn::Conv2d::square(3)),
          .mask1 = nn::PackedConv2d::load(mask / 0, kHidden, 256, nn::Conv2d::square(3)),
          .mask2 = nn::PackedConv2d::load(mask / 2, 256, 576, nn::Conv2d::square(1))};
}

Update::Constant Update::prepare(const Pass& pass, const at::Tensor& context) {
  return {pass.gates_context(context), pass.candidate_context(context)};
}

at::Tensor Update::encode(const at::Tensor& correlation, const at::Tensor& flow) const {
  const auto seen = correlation2.rectified(correlation1.rectified(correlation));
  const auto moved = flow2.rectified(flow1.rectified(flow));
  return at::cat({motion.rectified(at::cat({seen, moved}, 1)), flow}, 1);
}

at::Tensor Update::recur(const Pass& pass, const Constant& constant, const at::Tensor& hidden, const at::Tensor& motion) {
  const auto gates = pass.gates(at::cat({hidden, motion}, 1)).add_(constant.gates).sigmoid_();
  const auto z = gates.slice(1, 0, kHidden), r = gates.slice(1, kHidden);
  const auto candidate = pass.candidate(at::cat({r * hidden, motion}, 1)).add_(constant.candidate).tanh_();
  return at::lerp(hidden, candidate, z);  // (1 - z) h + z q
}

}  // namespace gallop::models::raft
