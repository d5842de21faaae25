// GRiT at full size, stage by stage, against the values of the reference over detectron2.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <regex>

#include "evaluators/vbench/frame_objects.h"
#include "evaluators/vbench/frame_tensor.h"
#include "media/frame_source.h"
#include "models/grit/grit.h"
#include "support/golden.h"
#include "support/shared_data.h"

namespace gallop {
namespace {

using models::grit::Grit;
using models::grit::GritConfig;
constexpr double kTolerance = 1e-4;

// The exceptions that the recorded file lists.
at::Tensor special(const std::string& name, at::IntArrayRef shape) {
  if (name.starts_with("roi_heads.text_decoder.") && name.ends_with("output.dense.weight")) return test::filled(name, shape) * 0.3;
  if (name == "roi_heads.text_decoder.textual.output.bias") {
    auto bias = test::filled(name, shape);
    bias[102] = 5.0;
    return bias;
  }
  if (name == "proposal_generator.centernet_head.bbox_pred.bias") return test::uniform(name, shape) * 0.1 + 4.0;
  if (name.starts_with("roi_heads.box_predictor.") && name.ends_with("cls_score.bias")) {
    auto bias = test::uniform(name, shape) * 0.1;
    bias[0] -= 0.7;
    return bias;
  }
  return {};
}

at::Tensor first_frame(const base::Json& input) {
  const auto file = test::shared_file("data/" + input.at("path").get<std::string>());
  REQUIRE(file);
  const auto source = media::open_frames(*file, {.contract = ReaderContract::decord, .middle = 16});
  const auto frame = source->next();
  return evaluators::vbench::planes(evaluators::vbench::view_of(*frame)).clone();
}

void check_stages(const Grit& grit, const at::Tensor& image, const base::Json& entry) {
  const auto prepared = Grit::prepare(image);
  const auto stages = grit.backbone.stages(prepared);
  CHECK(test::difference(stages[1], entry["block0_windowed"]) < kTolerance);
  CHECK(test::difference(stages[3], entry["block2_global"]) < kTolerance);
  const auto map = stages.back().permute({0, 3, 1, 2});
  CHECK(test::difference(map, entry["vit"]) < kTolerance);
  const auto levels = grit.pyramid(map);
  for (std::size_t i = 0; i < levels.size(); ++i)
    CHECK(test::difference(levels[i], entry["pyramid"]["p" + std::to_string(i + 3)]) < kTolerance);
  const auto maps = grit.proposals.maps(levels);
  for (std::size_t i = 0; i < maps.size(); ++i) {
    CHECK(test::difference(maps[i].box, entry["centernet_head"]["box"][i]) < kTolerance);
    CHECK(test::difference(maps[i].heat, entry["centernet_head"]["heat_map"][i]) < kTolerance);
  }
  const auto proposals = grit.proposals(levels);
  CHECK(proposals.scores.size(0) == entry["proposals"]["count"].get<std::int64_t>());
  CHECK(test::difference(proposals.corners, entry["proposals"]["boxes_by_score"]) < kTolerance);
  CHECK(test::difference(proposals.scores, entry["proposals"]["scores_sorted"]) < kTolerance);
  const auto refined = grit.heads.refine(levels, proposals, image.size(2), image.size(3));
  CHECK(test::difference(refined.corners, entry["stage3_boxes_unfiltered"]) < kTolerance);
  CHECK(test::difference(refined.scores, entry["scores_unfiltered"]) < kTolerance);
}

void check_ids(const Grit& grit, const Grit::Found& found, std::int64_t begin, const base::Json& recorded) {
  const auto texts = grit.describe(found, begin);
  REQUIRE(texts.size() == recorded.size());
  for (std::size_t i = 0; i < texts.size(); ++i) {
    // Recorded with the begin token and with the end token repeated to the length of the longest.
    auto ids = recorded[i].get<std::vector<std::int64_t>>();
    ids.erase(ids.begin());
    ids.erase(std::find(ids.begin(), ids.end(), models::grit::TextDecoder::kEnd), ids.end());
    CHECK(texts[i] == ids);
  }
}

// The recorded vocabulary names its unused pieces differently.
std::string without_unused(std::string text) { return std::regex_replace(text, std::regex("\\[unused\\d+\\] ?"), ""); }

// Names, boxes and captions of the sixteen frames of a tiny clip, and the four dimensions on them.
void check_dimensions(const std::shared_ptr<const Grit>& grit) {
  using namespace evaluators::vbench;
  const auto file = test::shared_file("data/golden/vbench/grit_dimensions.json"),
             vocabulary = test::shared_file("data/text/bert/vocab.txt");
  if (!file || !vocabulary) return;
  const auto golden = base::read_json(*file);
  const auto clip = test::shared_file("data/" + golden.at("video_path").get<std::string>());
  REQUIRE(clip);
  const GritModels models{grit, std::make_shared<const text::WordPiece>(text::WordPiece::load(*vocabulary))};
  FrameObjects stage;
  std::vector<double> shown, beside;
  const auto source = media::open_frames(*clip, kObjectFrames);
  for (const auto& recorded : golden.at("frames")) {
    const auto view = source->next();
    REQUIRE(view);
    const auto described = stage.described(models, *view);
    const auto& objects = stage.objects(models, *view);
    REQUIRE(objects.size() == recorded.size());
    for (std::size_t i = 0; i < objects.size(); ++i) {
      CHECK(without_unused(described.captions[i]) == without_unused(recorded[i][0].get<std::string>()));
      for (std::size_t k = 0; k < 4; ++k) CHECK(std::abs(objects[i].box[k] - recorded[i][1][k].get<std::int64_t>()) <= 1);
      CHECK(without_unused(objects[i].name) == without_unused(recorded[i][2][i].get<std::string>()));
    }
    if (!objects.empty()) CHECK(described.first_name == objects.front().name);
    shown.push_back(shows(objects, "accurate holdings trapped") ? 1.0 : 0.0);
    beside.push_back(best_relation(Axis::horizontal, objects, "", "accurate holdings trapped"));
  }
  CHECK_FALSE(source->next());
  const auto mean = [](const std::vector<double>& values) {
    return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
  };
  const auto& scores = golden.at("scores");
  CHECK(mean(shown) == scores["object_class: accurate holdings trapped"]["total"].get<double>());
  CHECK(mean(beside) ==
        doctest::Approx(scores["spatial_relationship: accurate holdings trapped on the left of "]["total"].get<double>()).epsilon(1e-3));
}

TEST_CASE("grit: every stage of the recorded frame, its boxes and both kinds of text") {
  const c10::InferenceMode guard;
  const auto file = test::shared_file("data/golden/vbench/grit_b.json");
  if (!file) return;
  const auto golden = base::read_json(*file);
  const auto& entry = test::named_case(golden, "densecap_frame");
  GritConfig config;
  config.text_length = 5;  // as recorded
  const auto grit = Grit::load(config, test::golden_params("", special));
  const auto image = first_frame(entry["input"]);
  check_stages(grit, image, entry);

  const auto found = grit.detect(image);
  const auto& boxes = entry["final_boxes"];
  REQUIRE(found.boxes.scores.size(0) == static_cast<std::int64_t>(boxes.size()));
  for (std::size_t i = 0; i < boxes.size(); ++i) {
    const auto row = static_cast<std::int64_t>(i);
    CHECK(std::abs(found.boxes.scores[row].item<double>() - entry["final_scores"][i].get<double>()) < kTolerance);
    for (std::size_t k = 0; k < 4; ++k) {
      const auto side = found.boxes.corners[row][static_cast<std::int64_t>(k)];
      CHECK(std::abs(side.item<double>() - boxes[i][k].get<double>()) < 0.01);
      CHECK(static_cast<std::int64_t>(side.item<double>()) == entry["result"][i][1][k].get<std::int64_t>());
    }
  }
  CHECK(test::difference(found.features, entry["text_dense"]["object_features"]) < kTolerance);
  const auto begin = at::full({found.features.size(0), 1}, Grit::kDenseCaptions, at::kLong);
  CHECK(test::difference(grit.text.next_logits(found.features, begin), entry["first_step_logits_last_position"]) < kTolerance);
  check_ids(grit, found, Grit::kDenseCaptions, entry["text_dense"]["ids"]);
  check_ids(grit, found, Grit::kObjectNames, entry["text_names"]["ids"]);
  check_dimensions(std::make_shared<const Grit>(grit));
}

}  // namespace
}  // namespace gallop
