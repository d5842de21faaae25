// A transformer with its matrices in 8 bits: close to the full one, the same streamed, a quarter of the memory.
#include <doctest/doctest.h>

#include "support/tiny_wan.h"

namespace gallop {
namespace {

using models::wan::Held;
using models::wan::WanTransformer;

models::wan::WanConfig wide_config() {
  auto config = test::tiny_config("wan2.1-i2v");
  config.heads = 4;
  config.head_dim = 32;
  config.ffn_dim = 256;
  return config;
}

models::wan::WanWeights weights_of(const models::wan::WanConfig& config) {
  weights::WeightMap map(test::tiny_transformer(config), "wide");
  auto taken = models::wan::take_transformer(map, config);
  map.finish();
  return taken;
}

models::wan::WanInput input_of(const models::wan::WanConfig& config) {
  return {test::input("latents", {1, config.in_channels, 2, 8, 8}), at::full({1}, 500.0, at::kFloat),
          test::input("text", {1, config.text_rows, config.text_dim}), test::input("image", {1, 257, *config.image_dim})};
}

double cosine(const at::Tensor& a, const at::Tensor& b) { return (a.flatten().dot(b.flatten()) / (a.norm() * b.norm())).item<double>(); }

TEST_CASE("int8: every block keeps a cosine above 0.999 with the full one, and streamed weights give the same bits") {
  const auto config = wide_config();
  const auto stored = weights_of(config);
  const auto input = input_of(config);
  auto full = WanTransformer::resident(config, stored, at::kFloat, at::kCPU);
  auto small = WanTransformer::resident(config, stored, at::kFloat, at::kCPU, models::wan::place_plainly, Held::int8);
  std::map<std::string, at::Tensor> expected;
  full.forward(input, {.observe = [&](const std::string& stage, const at::Tensor& value) { expected[stage] = value.clone(); }});
  int blocks = 0;
  const auto result = small.forward(input, {.observe = [&](const std::string& stage, const at::Tensor& value) {
                                      if (!stage.starts_with("blocks.")) return;
                                      ++blocks;
                                      CAPTURE(stage);
                                      CHECK(cosine(value, expected.at(stage)) > 0.999);
                                      CHECK_FALSE(value.equal(expected.at(stage)));
                                    }});
  CHECK(blocks == 4 * config.layers);
  auto streamed = WanTransformer::streamed(config, stored, at::kFloat, at::kCPU, models::wan::place_plainly, Held::int8);
  CHECK(streamed.forward(input).equal(result));
  CHECK(streamed.forward(input).equal(result));
}

}  // namespace
}  // namespace gallop
