#include "weights/weight_map.h"

#include <doctest/doctest.h>

#include "gallop/error.h"

using namespace gallop;
using weights::DTypePolicy;
using weights::WeightMap;

namespace {

WeightMap two(std::optional<at::ScalarType> dtype = std::nullopt) {
  return WeightMap({{"a.weight", at::ones({2, 3}, at::kBFloat16)}, {"a.index", at::zeros({4}, at::kLong)}}, "\"m.safetensors\"", dtype);
}

}  // namespace

TEST_CASE("weight map: tensors come in the dtype the policy asks for") {
  auto map = two(at::kHalf);
  CHECK((map.take("a.weight", {2, 3}).scalar_type() == at::kHalf));
  CHECK((map.take("a.index", {4}).scalar_type() == at::kLong));
  map.finish();
  CHECK((two(at::kHalf).take("a.weight", {2, -1}, DTypePolicy::float32).scalar_type() == at::kFloat));
  CHECK((two(at::kHalf).take("a.weight", {2, 3}, DTypePolicy::stored).scalar_type() == at::kBFloat16));
  CHECK((two().take("a.weight", {2, 3}).scalar_type() == at::kBFloat16));
}

TEST_CASE("weight map: small tensors leave the file, large ones stay in it") {
  const auto bias = at::ones({512}), weight = at::ones({512, 512});
  auto map = WeightMap({{"bias", bias}, {"weight", weight}}, "m", at::kFloat);
  const auto taken = map.take("bias", {512});
  CHECK(!taken.is_alias_of(bias));
  CHECK(taken.equal(bias));
  CHECK(map.take("weight", {512, 512}).is_alias_of(weight));
}

TEST_CASE("weight map: everything wrong is told at once, with the likely cause") {
  auto map = two();
  CHECK(map.take("a.weight", {5, 3}).sizes() == at::IntArrayRef({5, 3}));
  CHECK(map.take("a.bias", {5}).numel() == 5);
  CHECK_THROWS_WITH_AS(map.finish("these are another model's"),
                       "\"m.safetensors\": 1 tensor misfit: \"a.weight\" is [2, 3], expected [5, 3]; 1 tensor are "
                       "missing: \"a.bias\"; 1 tensor are not of this model: "
                       "\"a.index\": these are another model's",
                       ModelError);
}

TEST_CASE("weight map: causes are read off the names") {
  auto prefixed = WeightMap({{"module.w", at::ones({1})}}, "m");
  prefixed.take("w", {1});
  CHECK_THROWS_WITH_AS(prefixed.finish(), doctest::Contains("names with the prefix \"module.\""), ModelError);
  auto foreign = WeightMap({{"x", at::ones({1})}}, "m");
  foreign.take("w", {1});
  CHECK_THROWS_WITH_AS(foreign.finish(), doctest::Contains("weights of another model"), ModelError);
  auto larger = WeightMap({{"w", at::ones({2})}}, "m");
  larger.take("w", {1});
  CHECK_THROWS_WITH_AS(larger.finish(), doctest::Contains("another size of this model"), ModelError);
}

TEST_CASE("weight map: a tensor taken twice is missing the second time") {
  auto map = two();
  map.take("a.weight", {2, 3});
  map.take("a.weight", {2, 3});
  map.ignore("a.index");
  CHECK_THROWS_WITH_AS(map.finish(), doctest::Contains("missing: \"a.weight\""), ModelError);
}

TEST_CASE("weight map: prefixes, parts and optional tensors") {
  auto map = WeightMap({{"model.a", at::ones({1})}, {"model.b", at::ones({2})}, {"optimizer.a", at::ones({3})}}, "m");
  map.strip_prefix("model.");  // not all names have it
  CHECK(map.has("model.a"));
  map.keep_prefix("model.");
  CHECK(map.shape_of("b") == std::vector<std::int64_t>{2});
  CHECK(map.shape_of("c").empty());
  CHECK_FALSE(map.take_optional("c", {1}).has_value());
  CHECK(map.take_optional("a", {1}).has_value());
  map.ignore_prefix("b");
  map.finish();
  CHECK_THROWS_WITH_AS(two().keep_prefix("model."), doctest::Contains("the first is \"a.index\""), ModelError);
}

TEST_CASE("weight map: a recording lists a model's names without memory, and they check a table") {
  auto recording = WeightMap::recording();
  const auto huge = recording.take("w", {1 << 20, 1 << 20});
  CHECK(huge.is_meta());
  CHECK(recording.take_optional("v", {2}).has_value());
  recording.finish();
  REQUIRE(recording.requested().size() == 2);
  WeightMap table(weights::meta_tensors(recording.requested()), "table");
  CHECK(table.take("w", {1 << 20, 1 << 20}).is_meta());
  CHECK(table.take("v", {3}).is_meta());
  CHECK_THROWS_WITH_AS(table.finish(), doctest::Contains("\"v\" is [2], expected [3]"), ModelError);
}
