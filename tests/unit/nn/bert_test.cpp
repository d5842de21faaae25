// BERT layers: the reference's small case, kept keys and values, shared memories.
#include <doctest/doctest.h>

#include <limits>

#include "nn/bert.h"
#include "support/golden.h"
#include "support/shared_data.h"

namespace gallop {
namespace {

nn::BertLayer small_layer(std::optional<std::int64_t> cross = std::nullopt) {
  return nn::BertLayer::load(test::golden_params("test."), {.width = 24, .inner = 48, .heads = 2, .cross_width = cross});
}

TEST_CASE("bert: a cache gives what the whole sequence gives") {
  const c10::InferenceMode guard;
  const auto layer = small_layer();
  const auto x = test::uniform("x", {3, 5, 24}).to(at::kFloat);
  const auto mask = at::full({5, 5}, -std::numeric_limits<double>::infinity(), at::kFloat).triu(1);
  const auto whole = layer.self(x, layer.self.memory(x), mask);
  nn::BertCache cache(3, 2, 8, 12, x.options());
  for (std::int64_t i = 0; i < 5; ++i) {
    const auto token = x.narrow(1, i, 1);
    CHECK((layer.self(token, cache.append(layer.self.memory(token))) - whole.narrow(1, i, 1)).abs().max().item<float>() < 1e-5);
  }
  CHECK(cache.length() == 5);
  cache.reorder(at::tensor({2, 0}, at::kLong));
  const auto token = x.narrow(1, 4, 1).index_select(0, at::tensor({2, 0}, at::kLong));
  const auto rows = cache.append(layer.self.memory(token)).keys;
  CHECK((rows.select(2, 1) - layer.self.memory(x).keys.select(2, 1).index_select(0, at::tensor({2, 0}, at::kLong)))
            .abs()
            .max()
            .item<float>() < 1e-6);
}

TEST_CASE("bert: rows that share a memory give what copies of it give") {
  const c10::InferenceMode guard;
  const auto layer = small_layer(16);
  const auto x = test::uniform("x", {6, 2, 24}).to(at::kFloat), seen = test::uniform("seen", {2, 7, 16}).to(at::kFloat);
  const auto shared = (*layer.cross)(x, layer.cross->memory(seen));
  const auto copied = (*layer.cross)(x, layer.cross->memory(seen.repeat_interleave(3, 0)));
  CHECK((shared - copied).abs().max().item<float>() < 1e-5);
}

}  // namespace
}  // namespace gallop
