// What AMT does between its convolutions: the kernels against LibTorch's operators in double precision.
#include <doctest/doctest.h>

#include <limits>

#include "models/amt/pixels.h"
#include "tensor/noise.h"

namespace gallop {
namespace {

namespace amt = models::amt;

// Channels first .. first + count of a larger picture, as the networks hand them over.
at::Tensor slice_of(std::int64_t total, std::int64_t first, std::int64_t count, double scale, std::uint64_t seed) {
  constexpr std::int64_t kHeight = 19, kWidth = 83;
  const auto whole = tensor::seeded_normal({1, total, kHeight, kWidth}, seed).mul(scale).contiguous(at::MemoryFormat::ChannelsLast);
  return whole.slice(1, first, first + count);
}

double apart(const at::Tensor& found, const at::Tensor& wanted) { return (found.to(at::kDouble) - wanted).abs().max().item<double>(); }

TEST_CASE("amt pixels: PReLU in place, into another tensor and of a sum") {
  const c10::InferenceMode guard;
  const auto slope = at::linspace(-0.5, 1.5, 21);
  const auto x = slice_of(37, 9, 21, 1.0, 3), added = slice_of(21, 0, 21, 1.0, 4);
  const auto wanted = x.to(at::kDouble).prelu(slope.to(at::kDouble));
  const auto out = at::empty({1, 40, 19, 83}, at::TensorOptions(), at::MemoryFormat::ChannelsLast).fill_(7.0);
  amt::prelu_into(out.slice(1, 11, 32), x, slope);
  CHECK(apart(out.slice(1, 11, 32), wanted) < 1e-6);
  CHECK(out.slice(1, 0, 11).eq(7.0).all().item<bool>());
  CHECK(out.slice(1, 32).eq(7.0).all().item<bool>());
  CHECK(apart(amt::prelu_of_sum_(x.clone(), added, slope), (x.to(at::kDouble) + added).prelu(slope.to(at::kDouble))) < 1e-6);
  CHECK(apart(amt::prelu_(x, slope), wanted) < 1e-6);
}

TEST_CASE("amt pixels: parts are joined in their order") {
  const c10::InferenceMode guard;
  const auto first = slice_of(30, 4, 20, 1.0, 5), second = slice_of(4, 0, 4, 1.0, 6), planes = second.contiguous();
  amt::Joined joined(28, first);
  CHECK(joined.put(first).put(second).put(planes).whole.equal(at::cat({first, second, second}, 1)));
}

TEST_CASE("amt pixels: warping, also far outside and by no number") {
  const c10::InferenceMode guard;
  for (const auto channels : {3, 20, 33}) {
    const auto image = slice_of(channels, 0, channels, 1.0, 7), flow = slice_of(4, 2, 2, 40.0, 8);
    const auto out = slice_of(channels + 5, 2, channels, 1.0, 9);
    amt::warp_into(out, image, flow);
    CHECK(apart(out, amt::warp(image.to(at::kDouble), flow.to(at::kDouble))) < 2e-4);  // places to a float's rounding of 83 pixels
    flow.zero_();
    amt::warp_into(out, image, flow);
    CHECK(apart(out, image.to(at::kDouble)) < 1e-4);
    flow.fill_(std::numeric_limits<float>::quiet_NaN());
    amt::warp_into(out, image, flow);
    CHECK(out.equal(image.slice(2, 0, 1).slice(3, 0, 1).expand_as(out)));
  }
}

TEST_CASE("amt pixels: a hypothesis of the middle frame, whatever the number of threads") {
  const c10::InferenceMode guard;
  const auto part = slice_of(24, 0, 24, 2.0, 10), flows = slice_of(4, 0, 4, 5.0, 11);
  const std::array images{slice_of(3, 0, 3, 1.0, 12), slice_of(3, 0, 3, 1.0, 13)};
  const amt::Hypothesis hypothesis{
      .residual_flows = {part.slice(1, 2, 4), part.slice(1, 8, 10)}, .mask = part.slice(1, 13, 14), .residual = part.slice(1, 18, 21)};
  const auto wide = [](const at::Tensor& x) { return x.to(at::kDouble); };
  const auto mean = at::full({}, 0.4), out = slice_of(9, 3, 3, 1.0, 14), wanted = wide(out);
  amt::blend_into(wanted, {wide(images[0]), wide(images[1])}, wide(flows),
                  {.residual_flows = {wide(hypothesis.residual_flows[0]), wide(hypothesis.residual_flows[1])},
                   .mask = wide(hypothesis.mask),
                   .residual = wide(hypothesis.residual)},
                  mean);
  amt::blend_into(out, images, flows, hypothesis, mean);
  CHECK(apart(out, wanted) < 2e-4);
  const auto before = out.clone();
  const auto threads = at::get_num_threads();
  at::set_num_threads(threads == 1 ? 2 : 1);
  amt::blend_into(out, images, flows, hypothesis, mean);
  at::set_num_threads(threads);
  CHECK(out.equal(before));
}

}  // namespace
}  // namespace gallop
