// Linear layers in the form of the processor's tile units, where it has them; elsewhere the same checks hold of plain ones.
#include <doctest/doctest.h>

#include <array>
#include <limits>
#include <vector>

#include "nn/packed_linear.h"
#include "support/golden.h"

namespace gallop {
namespace {

nn::Linear layer(std::int64_t in, std::int64_t out) {
  return {test::filled("layer.matrix", {out, in}), test::uniform("layer.bias", {out}).to(at::kFloat)};
}

nn::PackedLinear packed_of(const nn::Linear& linear) {
  nn::PackedLinear packed(linear);
  packed.pack();
  return packed;
}

TEST_CASE("packed linear: within 2^-16 of each product, whatever the sides") {
  for (const auto& [rows, in, out] :
       std::vector<std::array<std::int64_t, 3>>{{1, 64, 32}, {31, 96, 64}, {33, 1056, 96}, {530, 2080, 160}}) {
    const auto linear = layer(in, out);
    const auto x = test::uniform("rows", {rows, in}).to(at::kFloat);
    const auto exact = at::linear(x.to(at::kDouble), linear.weight.to(at::kDouble), linear.bias.to(at::kDouble));
    const auto bound = at::linear(x.abs().to(at::kDouble), linear.weight.abs().to(at::kDouble)).max().item<double>() / 65536.0;
    const auto error = (packed_of(linear)(x) - exact).abs();
    CHECK(error.max().item<double>() < bound);
    CHECK(error.mean().item<double>() < 2e-5);  // of values of size one
  }
}

TEST_CASE("packed linear: large and small numbers keep their scale, shapes and parts are those of a linear layer") {
  const auto linear = layer(128, 96);
  const auto packed = packed_of(linear);
  for (const double scale : {1e-20, 1.0, 1e20}) {
    const auto x = (test::uniform("rows", {2, 5, 128}) * scale).to(at::kFloat);
    const auto expected = at::linear(x, linear.weight, linear.bias);
    CHECK(packed(x).sizes() == expected.sizes());
    CHECK((packed(x) - expected).abs().max().item<double>() < 1e-4 * scale + 1e-6);
    CHECK(packed.outputs(x, 32, 96).equal(packed(x).slice(2, 32, 96)));
  }
  const auto bare = packed_of({linear.weight, {}});
  CHECK(bare(at::zeros({1, 128})).abs().max().item<float>() == 0.0F);
  CHECK(bare(at::full({1, 128}, std::numeric_limits<double>::quiet_NaN(), at::kFloat)).isnan().all().item<bool>());
}

TEST_CASE("packed linear: a row's bits depend on that row alone, not on its company or the threads") {
  const auto packed = packed_of(layer(1536, 64));
  const auto x = test::uniform("rows", {700, 1536}).to(at::kFloat);
  const auto before = at::get_num_threads();
  const auto all = packed(x);
  for (const std::int64_t row : {0, 17, 333, 699})
    CHECK(packed(x.slice(0, row, row + 40)).slice(0, 0, 1).equal(all.slice(0, row, row + 1)));
  at::set_num_threads(1);
  CHECK(packed(x).equal(all));
  at::set_num_threads(before);
}

}  // namespace
}  // namespace gallop
