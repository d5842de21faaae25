#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "nn/int8_product.h"
#include "nn/int8_units.h"
#include "nn/tile_product.h"
#include "nn/wide_linear.h"
#include "tensor/aten.h"

namespace {

using namespace gallop;

at::Tensor draw(at::IntArrayRef shape, std::uint64_t seed) {
  auto generator = at::detail::createCPUGenerator(seed);
  return at::randn(shape, generator, at::kFloat);
}

double gap(const at::Tensor& a, const at::Tensor& b) { return (a.to(at::kDouble) - b).abs().max().item<double>(); }

// Largest error of a float32 product of these factors: what its roundings may add up to.
double rounding(const at::Tensor& x, const at::Tensor& weight) {
  const auto sizes = at::matmul(x.abs().to(at::kDouble), weight.abs().to(at::kDouble).t());
  return sizes.max().item<double>() * std::numeric_limits<float>::epsilon();
}

}  // namespace

TEST_CASE("wide linear: within float32's rounding of the exact product, rows left over, several stretches of inputs") {
  const c10::InferenceMode guard;
  for (const auto& [rows, inputs, outputs] : {std::array{256L, 32L, 32L}, {300L, 96L, 64L}, {257L, 1120L, 288L}}) {
    const nn::WideLinear layer{draw({outputs, inputs}, 1), draw({outputs}, 2)};
    const auto x = draw({1, rows, inputs}, 3);
    const auto exact = at::matmul(x.to(at::kDouble), layer.weight.to(at::kDouble).t()) + layer.bias;
    CHECK(gap(layer(x), exact) <= rounding(x[0], layer.weight));
    CHECK(gap(layer.gelu(x), at::gelu(exact, "tanh")) <= rounding(x[0], layer.weight) + 1e-6);
    auto out = at::empty({1, rows, outputs}, at::kFloat);
    layer.into(out, x);
    CHECK(out.equal(layer(x)));
  }
}

TEST_CASE("wide linear: numbers of every size keep their accuracy") {
  const c10::InferenceMode guard;
  const auto x = draw({256, 64}, 4) * at::pow(10.0, draw({256, 1}, 5) * 4.0);
  const nn::WideLinear layer{draw({32, 64}, 6) * 1e-5, {}};
  const auto exact = at::matmul(x.to(at::kDouble), layer.weight.to(at::kDouble).t());
  const auto sizes = at::matmul(x.abs().to(at::kDouble), layer.weight.abs().to(at::kDouble).t());
  CHECK(((layer(x) - exact).abs() / sizes).max().item<double>() <= std::numeric_limits<float>::epsilon());
}

TEST_CASE("wide linear: the same bits with any number of threads and whichever rows are beside a row") {
  const c10::InferenceMode guard;
  const nn::WideLinear layer{draw({576, 640}, 7), draw({576}, 8)};
  const auto x = draw({1000, 640}, 9);
  const auto threads = at::get_num_threads();
  at::set_num_threads(1);
  const auto alone = layer(x), eight_bits = layer.in_8_bits()(x);
  at::set_num_threads(3);
  CHECK(layer(x).equal(alone));
  CHECK(layer.in_8_bits()(x).equal(eight_bits));
  at::set_num_threads(threads);
  if (nn::tiles::available()) CHECK(layer(x.narrow(0, 37, 300)).equal(alone.narrow(0, 37, 300)));
  CHECK(layer.in_8_bits()(x.narrow(0, 37, 3)).equal(eight_bits.narrow(0, 37, 3)));
}

TEST_CASE("wide linear: what is not a number stays so") {
  const c10::InferenceMode guard;
  const nn::WideLinear layer{draw({64, 64}, 10), {}};
  for (const float bad : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
    auto x = draw({256, 64}, 11);
    x[100][7] = bad;
    for (const auto& y : {layer(x), layer.in_8_bits()(x)}) {
      CHECK_FALSE(at::isfinite(y[100]).any().item<bool>());
      CHECK(at::isfinite(y[99]).all().item<bool>());
    }
  }
}

TEST_CASE("8-bit weights: exactly the product of the rounded factors, on every unit of this processor") {
  const c10::InferenceMode guard;
  const auto x = draw({77, 192}, 12), weight = draw({96, 192}, 13), bias = draw({96}, 14);
  const auto layer = nn::WideLinear{weight, bias}.in_8_bits();
  REQUIRE(layer.steps.defined());
  const auto rounded = [](const at::Tensor& values, const at::Tensor& steps) { return (values / steps).round(); };
  const auto x_steps = x.abs().amax({1}, true) / 127.0, w_steps = weight.abs().amax({1}, true) / 127.0;
  CHECK(layer.steps.equal(w_steps.squeeze(1)));
  const auto sums = at::matmul(rounded(x, x_steps).to(at::kDouble), rounded(weight, w_steps).to(at::kDouble).t());
  const auto expected = sums * x_steps * w_steps.t() + bias;
  at::Tensor first;
  for (int unit = 0; unit <= static_cast<int>(nn::int8::best_units()); ++unit) {
    if (unit == static_cast<int>(nn::int8::Units::vectors) && !nn::int8::vectors_available()) continue;
    auto y = at::empty({77, 96}, at::kFloat);
    nn::int8::multiply({x.const_data_ptr<float>(), 77, 192, layer.weight.const_data_ptr<std::int8_t>(), layer.steps.const_data_ptr<float>(),
                        96, bias.const_data_ptr<float>(), y.mutable_data_ptr<float>()},
                       1, static_cast<nn::int8::Units>(unit));
    if (!first.defined()) first = y;
    CHECK(y.equal(first));
    // A value half way between two steps may be rounded either way: one step of one product.
    CHECK(gap(y, expected) <= (x_steps.max() * w_steps.max() * 127.0).item<double>());
    CHECK(((y - expected).abs() > 1e-4).to(at::kFloat).mean().item<double>() < 0.05);
  }
}

TEST_CASE("8-bit weights: one percent of error, a quarter of the memory; odd sides stay as they are") {
  const c10::InferenceMode guard;
  const nn::WideLinear layer{draw({256, 512}, 15), draw({256}, 16)};
  const auto x = draw({64, 512}, 17);
  const auto small = layer.in_8_bits();
  CHECK(small.weight.nbytes() * 4 == layer.weight.nbytes());
  const auto exact = layer(x);
  CHECK(((small(x) - exact).norm() / exact.norm()).item<double>() < 0.015);
  CHECK((small(x.to(at::kBFloat16)).scalar_type() == at::kBFloat16));
  CHECK_FALSE((nn::WideLinear{draw({33, 64}, 18), {}}.in_8_bits().steps.defined()));
  CHECK_FALSE((nn::WideLinear{draw({32, 48}, 19), {}}.in_8_bits().steps.defined()));
  const nn::WideLinear nothing{at::zeros({32, 64}, at::kFloat), {}};
  CHECK(nothing.in_8_bits()(draw({2, 64}, 20)).equal(at::zeros({2, 32}, at::kFloat)));
}
