// Networks and rules of the captioner and the detector at tiny sizes: recorded values, and what must hold for any weights.
#include <doctest/doctest.h>

#include <cmath>

#include "models/grit/grit.h"
#include "models/tag2text/tag2text.h"
#include "nn/windows.h"
#include "support/golden.h"
#include "support/shared_data.h"

namespace gallop {
namespace {

using models::tag2text::BeamSearch;
using Ids = std::vector<std::int64_t>;

template <class Check>
void with_small_case(const char* name, const Check& check) {
  const c10::InferenceMode guard;
  const auto file = test::shared_file("data/golden/vbench/small_networks.json");
  if (!file) return;
  const auto golden = base::read_json(*file);
  check(test::named_case(golden, name));
}

TEST_CASE("windows: cut and put together, padded cells are zero") {
  const auto x = test::uniform("x", {2, 5, 7, 3}).to(at::kFloat);
  const auto windows = nn::to_windows(x, 4);
  CHECK(windows.sizes() == at::IntArrayRef({8, 4, 4, 3}));
  CHECK(nn::from_windows(windows, 5, 7).equal(x));
  CHECK(windows[0].equal(x[0].slice(0, 0, 4).slice(1, 0, 4)));
  CHECK(windows[3][1].abs().sum().item<float>() == 0.0F);  // rows 4..7, of which only the first exists
}

TEST_CASE("swin: the small reference case") {
  with_small_case("swin", [](const base::Json& entry) {
    const auto swin = models::tag2text::Swin::load({.image = 48, .patch = 4, .width = 8, .window = 6, .depths = {2, 2}, .heads = {2, 4}},
                                                   test::golden_params());
    CHECK(test::difference(swin(test::golden_input(entry["input"])), entry["output"]) < 1e-4);
  });
}

TEST_CASE("bert with cross-attention: the small reference case") {
  with_small_case("bert with cross-attention (tag encoder form)", [](const base::Json& entry) {
    const models::tag2text::Tag2TextConfig config{.width = 24, .inner = 48, .heads = 2, .depth = 2, .vocabulary = 64, .positions = 40};
    const auto params = test::golden_params();
    const auto embeddings = models::tag2text::Embeddings::load(config, params / "embeddings");
    auto x = embeddings(at::tensor(entry["input"]["ids"][0].get<Ids>(), at::kLong).unsqueeze(0));
    const auto mask = at::tensor(entry["input"]["attention_mask"][0].get<Ids>(), at::kFloat).sub(1.0).mul(10000.0).view({1, 1, 1, 8});
    const auto seen = test::golden_input(entry["input"]["encoder_hidden_states"]);
    for (std::int64_t i = 0; i < 2; ++i) {
      const auto layer = nn::BertLayer::load(params / "encoder" / "layer" / i, {.width = 24, .inner = 48, .heads = 2, .cross_width = 16});
      x = layer.feed((*layer.cross)(layer.self(x, layer.self.memory(x), mask), layer.cross->memory(seen)));
    }
    CHECK(test::difference(x, entry["output"]) < 1e-4);
  });
}

BeamSearch::Candidate candidate(float score, std::int64_t beam, std::int64_t token) { return {score, beam, token}; }

TEST_CASE("beam search: an end among the first three closes a sentence, one behind them is ignored") {
  BeamSearch search({.beams = 3, .longest = 30, .shortest = 1, .end = 102}, {7, 8});
  CHECK(search.advance(std::vector{candidate(-1, 0, 5), candidate(-2, 0, 102), candidate(-3, 0, 6), candidate(-4, 0, 9),
                                   candidate(-5, 0, 102), candidate(-6, 0, 1)}));
  CHECK(search.sources() == Ids{0, 0, 0});
  CHECK(search.tokens() == Ids{5, 6, 9});
  CHECK(search.length() == 3);
  // Sentence {7, 8} has the value -2 / 2; nothing better follows, but only three sentences end the search.
  for (int i = 0; i < 2; ++i)
    CHECK(search.advance(std::vector{candidate(-9, 0, 1), candidate(-10, 1, 2), candidate(-11, 2, 3), candidate(-12, 0, 102),
                                     candidate(-13, 1, 102), candidate(-14, 2, 102)}));
  CHECK(search.result() == Ids{7, 8});
}

TEST_CASE("beam search: stops when no open beam can still win") {
  BeamSearch search({.beams = 2, .longest = 30, .shortest = 1, .end = 102}, {7});
  CHECK(search.advance(
      std::vector{candidate(-1.0F, 0, 5), candidate(-1.5F, 0, 102), candidate(-3, 0, 6), candidate(-4, 0, 9)}));  // closes {7}: -1.5
  // Closes {7, 5} with -2 / 2 = -1. The best sum is -2, over a length of three -0.67: better than the worst, go on.
  CHECK(search.advance(std::vector{candidate(-2.0F, 0, 102), candidate(-3.0F, 0, 1), candidate(-5.0F, 1, 2), candidate(-6, 1, 3)}));
  // The worst of the list is -1.5; the best sum over the length, -8 / 4, is not better.
  CHECK_FALSE(search.advance(std::vector{candidate(-8.0F, 0, 1), candidate(-9.0F, 0, 2), candidate(-10, 1, 2), candidate(-11, 1, 3)}));
  CHECK(search.result() == Ids{7, 5});
}

TEST_CASE("beam search: at the longest length the open beams compete") {
  BeamSearch search({.beams = 2, .longest = 3, .shortest = 3, .end = 102}, {7});
  CHECK_FALSE(search.may_end());
  CHECK(search.advance(std::vector{candidate(-1, 0, 5), candidate(-2, 0, 6), candidate(-3, 0, 8), candidate(-4, 0, 9)}));
  CHECK_FALSE(search.advance(std::vector{candidate(-4, 0, 1), candidate(-5, 1, 2), candidate(-6, 0, 3), candidate(-7, 1, 4)}));
  CHECK(search.result() == Ids{7, 5, 1});
}

// Small enough for milliseconds, with every part of the real one.
models::grit::GritConfig tiny() {
  return {.width = 32,
          .depth = 3,
          .heads = 2,
          .inner = 128,
          .window = 2,
          .global_every = 3,
          .positions = 2,
          .trained = 4,
          .channels = 32,
          .hidden = 16,
          .text_pooled = 2,
          .text_width = 32,
          .text_depth = 2,
          .text_heads = 2,
          .text_inner = 48,
          .vocabulary = 120,
          .text_positions = 16,
          .text_length = 9};
}

TEST_CASE("grit: text of a box does not depend on the others, and the cache gives what recomputation gives") {
  const c10::InferenceMode guard;
  const auto grit = models::grit::Grit::load(tiny(), test::golden_params("tiny."));
  const auto features = test::uniform("features", {3, 4, 32}).to(at::kFloat);
  const auto together = grit.text.describe(grit.text.look(features), 101);
  for (std::int64_t box = 0; box < 3; ++box) {
    const auto one = features.narrow(0, box, 1);
    const auto alone = grit.text.describe(grit.text.look(one), 101).front();
    CHECK(alone == together[static_cast<std::size_t>(box)]);
    CHECK(alone.size() <= 8);
    Ids ids = {101};
    for (std::size_t step = 0; step <= alone.size() && ids.size() < 9; ++step) {
      auto logits = grit.text.next_logits(one, at::tensor(ids, at::kLong).unsqueeze(0)).squeeze(0);
      if (step > 0) logits[ids.back()] = -10000.0;
      const auto next = logits.argmax().item<std::int64_t>();
      CHECK(next == (step < alone.size() ? alone[step] : models::grit::TextDecoder::kEnd));
      if (step > 0) CHECK(next != ids.back());
      ids.push_back(next);
    }
  }
}

TEST_CASE("grit: boxes lie in the picture, best first, the same every time; pictures of any size") {
  const c10::InferenceMode guard;
  const auto special = [](const std::string& name, at::IntArrayRef shape) {
    if (name.ends_with("cls_score.bias")) {
      auto bias = at::zeros(shape, at::kFloat);
      bias[0] = 4.0;
      return bias;
    }
    return name.ends_with("agn_hm.bias") ? at::full(shape, 3.0, at::kFloat) : at::Tensor();
  };
  const auto grit = models::grit::Grit::load(tiny(), test::golden_params("", special));
  for (const auto& [height, width] : {std::pair{40, 70}, std::pair{33, 17}, std::pair{96, 64}}) {
    const auto image = (test::uniform("image", {1, 3, height, width}) + 1.0).mul(127.0).to(at::kFloat);
    const auto found = grit.detect(image);
    REQUIRE(found.boxes.scores.size(0) > 0);
    const auto sides = found.boxes.corners.unbind(1);
    CHECK(sides[0].min().item<float>() >= 0.0F);
    CHECK(sides[2].max().item<float>() <= static_cast<float>(width));
    CHECK(sides[3].max().item<float>() <= static_cast<float>(height));
    CHECK((sides[2] > sides[0]).all().item<bool>());
    const auto& scores = found.boxes.scores;
    CHECK((scores.slice(0, 1) <= scores.slice(0, 0, -1)).all().item<bool>());
    const auto again = grit.detect(image);
    CHECK(again.boxes.corners.equal(found.boxes.corners));
    CHECK(grit.describe(again, 101) == grit.describe(found, 101));
  }
}

}  // namespace
}  // namespace gallop
