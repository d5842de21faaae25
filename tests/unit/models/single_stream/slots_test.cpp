// The key table of the published model, without allocating its 15 billion numbers (single_stream.md 2.10).
#include <doctest/doctest.h>

#include "gallop/error.h"
#include "support/tiny_single_stream.h"

using namespace gallop;
using namespace gallop::models::single_stream;

namespace {

weights::TensorMap published_index() {
  std::vector<std::pair<std::string, std::vector<std::int64_t>>> entries;
  for (const auto& slot : transformer_slots(JointConfig::published())) entries.emplace_back(slot.name, slot.shape);
  return weights::meta_tensors(entries);
}

}  // namespace

TEST_CASE("slots: 331 names and 15,299,419,152 numbers, of which 21,584,912 stay float32") {
  const auto slots = transformer_slots(JointConfig::published());
  CHECK(slots.size() == 331);
  std::int64_t all = 0, kept = 0;
  for (const auto& slot : slots) {
    std::int64_t count = 1;
    for (const auto side : slot.shape) count *= side;
    all += count;
    if (slot.keeps_float32) kept += count;
  }
  CHECK(all == 15299419152);
  CHECK(kept == 21584912);
  CHECK(all - kept == 15277834240);
}

TEST_CASE("slots: shapes by hand for each kind of layer") {
  const auto tensors = published_index();
  const auto shape = [&](const char* name) { return tensors.at(name).sizes().vec(); };
  using Shape = std::vector<std::int64_t>;
  CHECK(shape("block.layers.0.attention.linear_qkv.weight") == Shape{3 * 7208, 5120});
  CHECK(shape("block.layers.0.mlp.up_gate_proj.weight") == Shape{3 * 20480, 5120});
  CHECK(shape("block.layers.3.mlp.down_proj.weight") == Shape{3 * 5120, 20480});
  CHECK(shape("block.layers.4.mlp.up_gate_proj.weight") == Shape{27304, 5120});
  CHECK(shape("block.layers.35.mlp.down_proj.weight") == Shape{5120, 13652});
  CHECK(shape("block.layers.36.mlp.up_gate_proj.weight") == Shape{3 * 27304, 5120});
  CHECK(shape("block.layers.39.attention.q_norm.weight") == Shape{384});
  CHECK(shape("adapter.text_embedder.weight") == Shape{5120, 3584});
  CHECK(shape("final_linear_audio.weight") == Shape{64, 5120});
}

TEST_CASE("slots: the whole index is taken strictly, and the config follows from the shapes") {
  auto tensors = published_index();
  CHECK(JointConfig::from_tensors(tensors, "index") == JointConfig::published());
  {
    weights::WeightMap map(tensors, "index");
    (void)take_transformer(map, JointConfig::published());
    map.finish();
  }
  tensors.erase("block.layers.17.mlp.down_proj.weight");
  weights::WeightMap map(tensors, "index");
  (void)take_transformer(map, JointConfig::published());
  try {
    map.finish();
    FAIL("a missing tensor passed");
  } catch (const ModelError& error) {
    CHECK(std::string(error.what()).find("block.layers.17.mlp.down_proj.weight") != std::string::npos);
  }
}

TEST_CASE("slots: a tiny model's config follows from its tensors; other rotary frequencies are refused") {
  auto config = test::tiny_joint_config();
  auto tensors = test::tiny_joint(config);
  CHECK(tensors.size() == 59);
  config.window = JointConfig{}.window;  // not in the tensors
  CHECK(JointConfig::from_tensors(tensors, "tiny") == config);
  tensors["adapter.rope.bands"] = at::full({4}, 0.5, at::kFloat);
  weights::WeightMap map(tensors, "tiny");
  CHECK_THROWS_AS(take_transformer(map, config), ModelError);
  CHECK_THROWS_AS(JointConfig::from_tensors({}, "empty"), ModelError);
}

TEST_CASE("slots: the 1080p form is local in 32 of 40 layers") {
  const auto config = JointConfig::published().with_local_attention();
  for (std::int64_t i = 0; i < 40; ++i) CHECK(config.layers[static_cast<std::size_t>(i)].local == (i >= 32 || i % 4 != 3));
}
