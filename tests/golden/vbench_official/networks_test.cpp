// The vision and text transformers at official size against recorded values of the reference packages. Minutes of work.
#include <doctest/doctest.h>

#include <array>

#include "models/clip/image_tower.h"
#include "models/clip/text_tower.h"
#include "models/dino/vision_transformer.h"
#include "models/umt/vision_transformer.h"
#include "models/viclip/video_tower.h"
#include "support/golden.h"
#include "support/shared_data.h"

namespace gallop {
namespace {

constexpr double kTolerance = 1e-4;

// Runs `check` with the file's cases by name, when the shared data is there.
template <class Check>
void with_golden(const std::string& name, const Check& check) {
  const c10::InferenceMode guard;
  const auto file = test::shared_file("data/golden/vbench/" + name + ".json");
  if (!file) return;
  const auto golden = base::read_json(*file);
  check([&](const char* entry) -> const base::Json& { return test::named_case(golden, entry); });
}

// The published CLIP files store matrices in 16 bits.
at::Tensor clip_value(const std::string& name, at::IntArrayRef shape) {
  constexpr std::array<std::string_view, 6> kHalf = {"in_proj_weight",  "in_proj_bias", "conv1.weight",
                                                     "text_projection", "visual.proj",  "_proj.weight"};
  const auto ends = [&](std::string_view end) { return name.ends_with(end); };
  const bool half = std::any_of(kHalf.begin(), kHalf.end(), ends) || ends("_proj.bias") || ends("c_fc.weight") || ends("c_fc.bias");
  return half ? test::filled(name, shape).to(at::kHalf).to(at::kFloat) : at::Tensor();
}

at::Tensor token_rows(const base::Json& rows, std::int64_t context) {
  auto tokens = at::zeros({static_cast<std::int64_t>(rows.size()), context}, at::kLong);
  for (std::size_t row = 0; row < rows.size(); ++row)
    for (std::size_t i = 0; i < rows[row].size(); ++i)
      tokens[static_cast<std::int64_t>(row)][static_cast<std::int64_t>(i)] = rows[row][i].get<std::int64_t>();
  return tokens;
}

}  // namespace

TEST_CASE("dino: the official size, square and wide") {
  with_golden("dino_vitb16", [](const auto& entry) {
    const auto model = models::dino::VisionTransformer::load({}, test::golden_params());
    for (const char* name : {"dino.in224", "dino.in224x388"})
      CHECK(test::difference(model(test::golden_input(entry(name)["input"])), entry(name)["output"]) < kTolerance);
  });
}

TEST_CASE("clip: the official sizes") {
  using models::clip::ImageConfig;
  using models::clip::ImageTower;
  const std::array<std::pair<const char*, ImageConfig>, 2> sizes = {
      {{"clip_vit_b32", ImageConfig::vit_b32()}, {"clip_vit_l14", ImageConfig::vit_l14()}}};
  for (const auto& [file, config] : sizes) {
    with_golden(file, [&](const auto& entry) {
      const auto tower = ImageTower::load(
          config, test::golden_params("visual.", [](const std::string& name, at::IntArrayRef shape) { return clip_value(name, shape); }));
      CHECK(test::difference(tower(test::golden_input(entry("image")["input"])), entry("image")["output"]) < kTolerance);
    });
  }
  with_golden("clip_vit_b32", [&](const auto& entry) {
    const auto tower = models::clip::TextTower::load({}, test::golden_params("", clip_value));
    CHECK(test::difference(tower(token_rows(entry("text")["input"]["tokens"], 77)), entry("text")["output"]) < kTolerance);
  });
}

TEST_CASE("viclip: the official size") {
  with_golden("viclip_l14", [](const auto& entry) {
    const auto video = models::viclip::VideoTower::load({}, test::golden_params("vision_encoder."));
    CHECK(test::difference(video(test::golden_input(entry("viclip.in8")["input"]).squeeze(0)), entry("viclip.in8")["output"]) < kTolerance);
    const auto text = models::clip::TextTower::load(models::viclip::ViclipConfig::text(), test::golden_params("text_encoder."));
    CHECK(test::difference(text(token_rows(entry("text")["input"]["tokens"], 32)), entry("text")["output"]) < kTolerance);
  });
}

TEST_CASE("umt: the official size") {
  with_golden("umt_l16_k400", [](const auto& entry) {
    const auto special = [](const std::string& name, at::IntArrayRef shape) {
      return name == "head.weight" ? test::filled(name, shape) * 1.5 : at::Tensor();
    };
    const auto model = models::umt::VisionTransformer::load({}, test::golden_params("", special));
    CHECK(test::difference(model(test::golden_input(entry("umt.in16")["input"]).squeeze(0).transpose(0, 1)), entry("umt.in16")["output"]) <
          kTolerance);
  });
}

}  // namespace gallop
