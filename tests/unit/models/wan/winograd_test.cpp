// The transformed convolution against the direct one: kernels in the plane and in time, odd sizes, parts of the taps.
#include <doctest/doctest.h>

#include <array>

#include "nn/winograd.h"
#include "tensor/noise.h"

using namespace gallop;

namespace {

// Direct convolution of frames [T + taps - 1, H, W, C] with weight [O, C, taps, 3, 3] in float64.
at::Tensor direct(const at::Tensor& weight, const at::Tensor& bias, const at::Tensor& x) {
  const auto planes = x.to(at::kDouble).permute({3, 0, 1, 2}).unsqueeze(0);
  return at::conv3d(planes, weight.to(at::kDouble), bias.to(at::kDouble), {1, 1, 1}, {0, 1, 1}).squeeze(0).permute({1, 2, 3, 0});
}

// Largest error against the deviation of the output.
double error(const at::Tensor& found, const at::Tensor& expected) {
  return ((found - expected).abs().max() / expected.var().sqrt()).item<double>();
}

}  // namespace

TEST_CASE("winograd: equals the direct convolution within rounding, at every size of the last tiles") {
  const auto weight = tensor::seeded_normal({80, 64, 3, 3, 3}, 1) / 41.6, bias = tensor::seeded_normal({80}, 2);
  CHECK(nn::winograd_pays(weight));
  const auto conv = nn::make_winograd(weight, bias);
  for (const auto& [frames, height, width] : {std::array<std::int64_t, 3>{3, 8, 8}, {4, 9, 13}, {6, 22, 31}, {3, 3, 2}, {5, 50, 70}}) {
    CAPTURE(height);
    const auto x = tensor::seeded_normal({frames, height, width, 64}, 3);
    const auto found = nn::convolve(conv, x, 0, 3);
    CHECK(found.sizes() == at::IntArrayRef({frames - 2, height, width, 80}));
    CHECK(error(found, direct(weight, bias, x)) < 3e-5);
  }
}

TEST_CASE("winograd: one tap of the kernel is the plane convolution with it; threads change no bit") {
  const auto weight = tensor::seeded_normal({64, 64, 3, 3, 3}, 1) / 24.0, x = tensor::seeded_normal({2, 37, 41, 64}, 3);
  const auto conv = nn::make_winograd(weight, {});
  const auto expected = direct(weight.narrow(2, 2, 1), at::zeros({64}), x);
  const auto found = nn::convolve(conv, x, 2, 1);
  CHECK(error(found, expected) < 3e-5);
  const int threads = at::get_num_threads();
  at::set_num_threads(1);
  CHECK(nn::convolve(conv, x, 2, 1).equal(found));
  at::set_num_threads(threads);
}

TEST_CASE("winograd: kernels that would not gain keep the direct form") {
  CHECK(!nn::winograd_pays(at::zeros({64, 8, 3, 3})));
  CHECK(!nn::winograd_pays(at::zeros({32, 32, 3, 3, 3})));
  CHECK(!nn::winograd_pays(at::zeros({64, 64, 1, 1})));
  CHECK(!nn::winograd_pays(at::zeros({384, 384, 3, 3, 3})));
  CHECK(!nn::winograd_pays(at::zeros({64, 64, 3, 3}, at::kBFloat16)));
  CHECK(nn::winograd_pays(at::zeros({96, 192, 3, 3})));
}
