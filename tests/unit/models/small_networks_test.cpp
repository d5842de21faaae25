// The networks at tiny sizes against recorded values of the reference code (shared data, golden/vbench/small_networks.json).
#include <doctest/doctest.h>

#include "models/clip/image_tower.h"
#include "models/clip/text_tower.h"
#include "models/dino/vision_transformer.h"
#include "models/musiq/musiq.h"
#include "models/umt/vision_transformer.h"
#include "models/viclip/video_tower.h"
#include "support/golden.h"
#include "support/shared_data.h"

namespace gallop {
namespace {

constexpr double kTolerance = 1e-4;

// Runs `check` with the named case, when the shared data is there.
template <class Check>
void with_case(const char* name, const Check& check) {
  const c10::InferenceMode guard;
  const auto file = test::shared_file("data/golden/vbench/small_networks.json");
  if (!file) return;
  const auto golden = base::read_json(*file);
  check(test::named_case(golden, name));
}

TEST_CASE("deterministic weights: the published self-test values") {
  const auto token = test::filled("cls_token", {1, 1, 768}).reshape({-1});
  CHECK(token[0].item<float>() == doctest::Approx(0.0505414903));
  CHECK(token[1].item<float>() == doctest::Approx(0.0944466665));
  CHECK(test::filled("patch_embed.proj.weight", {768, 3, 16, 16}).reshape({-1})[0].item<float>() == doctest::Approx(0.044242505));
}

TEST_CASE("dino: square and interpolated positions match the reference") {
  const models::dino::DinoConfig config{.image = 32, .patch = 8, .width = 24, .depth = 2, .heads = 2};
  const auto model = models::dino::VisionTransformer::load(config, test::golden_params());
  for (const char* name : {"dino 32x32", "dino 32x52"})
    with_case(name, [&](const base::Json& entry) {
      CHECK(test::difference(model(test::golden_input(entry["input"])), entry["output"]) < kTolerance);
    });
}

TEST_CASE("clip: image and text towers match the reference") {
  const models::clip::ImageConfig image{.image = 32, .patch = 8, .width = 64, .depth = 2, .heads = 1, .output = 16};
  with_case("clip image", [&](const base::Json& entry) {
    const auto tower = models::clip::ImageTower::load(image, test::golden_params("visual."));
    CHECK(test::difference(tower(test::golden_input(entry["input"])), entry["output"]) < kTolerance);
  });
  const models::clip::TextConfig text{.context = 77, .vocabulary = 512, .width = 64, .depth = 2, .heads = 1, .output = 16};
  with_case("clip text", [&](const base::Json& entry) {
    const auto tower = models::clip::TextTower::load(text, test::golden_params());
    auto tokens = at::zeros({2, 77}, at::kLong);
    for (std::int64_t row = 0; row < 2; ++row) {
      const auto ids = entry["input"]["rows"][static_cast<std::size_t>(row)].get<std::vector<std::int64_t>>();
      for (std::size_t i = 0; i < ids.size(); ++i) tokens[row][static_cast<std::int64_t>(i)] = ids[i];
    }
    CHECK(test::difference(tower(tokens), entry["output"]) < kTolerance);
  });
}

TEST_CASE("musiq: tokens without padding give the reference score") {
  const models::musiq::MusiqConfig config{.width = 24, .mlp = 48, .heads = 6, .depth = 2};
  with_case("musiq", [&](const base::Json& entry) {
    const auto model = models::musiq::Musiq::load(config, test::golden_params());
    CHECK(test::difference(model(test::golden_input(entry["input"], 1.0, 0.5)), entry["output"]) < kTolerance);
  });
}

TEST_CASE("viclip: the video tower matches the reference") {
  const models::viclip::ViclipConfig config{.image = 28, .patch = 14, .width = 64, .depth = 2, .heads = 1, .output = 16, .frames = 4};
  with_case("viclip vision", [&](const base::Json& entry) {
    const auto tower = models::viclip::VideoTower::load(config, test::golden_params());
    const auto frames = test::golden_input(entry["input"]).squeeze(0).transpose(0, 1);  // recorded as channel, frame
    CHECK(test::difference(tower(frames), entry["output"]) < kTolerance);
  });
}

TEST_CASE("umt: logits match the reference") {
  const models::umt::UmtConfig config{.image = 32, .patch = 16, .frames = 4, .width = 32, .depth = 2, .heads = 2, .classes = 10};
  with_case("umt", [&](const base::Json& entry) {
    const auto model = models::umt::VisionTransformer::load(config, test::golden_params());
    const auto frames = test::golden_input(entry["input"]).squeeze(0).transpose(0, 1);
    CHECK(test::difference(model(frames), entry["output"]) < kTolerance);
  });
}

}  // namespace
}  // namespace gallop
