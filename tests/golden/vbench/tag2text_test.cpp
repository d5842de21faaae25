// Tag2Text at full size, stage by stage, against the values of the reference package.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <sstream>

#include "base/files.h"
#include "evaluators/vbench/frame_tensor.h"
#include "media/frame_source.h"
#include "models/tag2text/tag2text.h"
#include "support/golden.h"
#include "support/shared_data.h"
#include "tensor/image_transforms.h"
#include "text/word_piece.h"

namespace gallop {
namespace {

using models::tag2text::Tag2Text;
constexpr double kTolerance = 1e-4;

// The exceptions that the recorded file lists.
at::Tensor special(const std::string& name, at::IntArrayRef shape) {
  if (name.ends_with("output.dense.weight"))
    return test::filled(name, shape) * (name.find("crossattention") != std::string::npos ? 0.6 : 0.3);
  if (name == "fc.W") return test::uniform(name, shape) * std::sqrt(3.0 / 768.0);
  if (name == "fc.b") return test::uniform(name, shape) * 0.1 - 2.0;
  if (name == "text_decoder.cls.predictions.bias") {
    auto bias = test::uniform(name, shape) * 0.1;
    bias[102] = 5.0;
    return bias;
  }
  return {};
}

std::vector<std::string> tag_list(const std::filesystem::path& file) {
  std::vector<std::string> names;
  std::istringstream text(base::read_text(file));
  for (std::string line; std::getline(text, line);) names.push_back(line);
  return names;
}

std::string joined(const std::vector<std::int64_t>& tags, const std::vector<std::string>& names) {
  std::string text;
  for (const auto tag : tags) text += (text.empty() ? "" : " | ") + names[static_cast<std::size_t>(tag)];
  return text;
}

// The tag encoder's input for each picture, [B, 40].
at::Tensor encoder_ids(const std::vector<std::vector<std::int64_t>>& tags, const text::WordPiece& words,
                       const std::vector<std::string>& names) {
  std::vector<std::int64_t> rows;
  for (const auto& given : tags) {
    auto ids = words.encode(joined(given, names));
    ids.insert(ids.begin(), Tag2Text::kEncoderMarker);
    ids.resize(std::min<std::size_t>(ids.size(), 39));
    ids.push_back(text::WordPiece::kEnd);
    ids.resize(40, text::WordPiece::kPadding);
    rows.insert(rows.end(), ids.begin(), ids.end());
  }
  return at::tensor(rows, at::kLong).view({static_cast<std::int64_t>(tags.size()), 40});
}

TEST_CASE("tag2text: encoder, tags, states and captions of the recorded pictures") {
  const c10::InferenceMode guard;
  const auto file = test::shared_file("data/golden/vbench/tag2text_swin_b.json"),
             vocabulary = test::shared_file("data/text/bert/vocab.txt"), list = test::shared_file("data/text/vbench/tag2text/tag_list.txt");
  if (!file || !vocabulary || !list) return;
  const auto golden = base::read_json(*file);
  const auto model = Tag2Text::load({}, test::golden_params("", special));
  const auto& swin = test::named_case(golden, "swin");
  CHECK(test::difference(model.image(test::golden_input(swin["input"])), swin["output"]) < kTolerance);

  const auto& entry = test::named_case(golden, "generate");
  const auto seen = model.image(test::golden_input(entry["input"]));
  CHECK(test::difference(seen, entry["image_embeds"]) < kTolerance);
  CHECK(test::difference(model.tagging.hidden(seen), entry["tagging_hidden"]) < kTolerance);
  CHECK(test::difference(model.tagging(seen), entry["tag_logits"]) < kTolerance);

  const auto words = text::WordPiece::load(*vocabulary);
  const auto names = tag_list(*list);
  const auto tags = model.tags(seen);
  // The reference tags one row a beam, three a picture, and keeps the first rows: recorded list i is of picture i / 3.
  for (std::size_t i = 0; i < tags.size(); ++i) CHECK(joined(tags[i / 3], names) == entry["tags"][i].get<std::string>());
  const auto states = model.encode_tags(seen, encoder_ids(tags, words, names));
  CHECK(test::difference(states.repeat_interleave(3, 0), entry["tag_encoder_states"]) < kTolerance);

  // Each caption of the reference is made from the states of picture i / 3 (vbench.md 4.13).
  const auto conditioned = states.index_select(0, at::tensor({0, 0, 0, 1}, at::kLong));
  const auto captions = model.captions(conditioned, {}, {Tag2Text::kDecoderStart, 1037, 3861, 1997});
  for (std::size_t i = 0; i < captions.size(); ++i) CHECK(captions[i] == entry["caption_ids"][i].get<std::vector<std::int64_t>>());
}

TEST_CASE("scene: the sixteen frames of a tiny clip, from the decoder to the captions") {
  const c10::InferenceMode guard;
  const auto file = test::shared_file("data/golden/vbench/scene.json"), vocabulary = test::shared_file("data/text/bert/vocab.txt"),
             list = test::shared_file("data/text/vbench/tag2text/tag_list.txt");
  if (!file || !vocabulary || !list) return;
  const auto golden = base::read_json(*file);
  const auto& recorded = golden.at("videos")[0];
  const auto clip = test::shared_file("data/" + recorded.at("video_path").get<std::string>());
  REQUIRE(clip);
  const auto source = media::open_frames(*clip, {.contract = ReaderContract::decord, .middle = 16, .width = 384, .height = 384});
  std::vector<at::Tensor> frames;
  while (const auto view = source->next()) frames.push_back(tensor::tag2text_384(evaluators::vbench::view_of(*view)));
  CHECK(test::difference(at::cat(frames), recorded["input"]) < kTolerance);

  const auto model = Tag2Text::load({}, test::golden_params("", special));
  std::vector<at::Tensor> seen;
  for (const auto& frame : frames) seen.push_back(model.image(frame));
  CHECK(test::difference(at::cat(seen), recorded["image_embeds"]) < kTolerance);
  const auto first = at::cat(std::vector<at::Tensor>(seen.begin(), seen.begin() + 6));
  const auto words = text::WordPiece::load(*vocabulary);
  const auto states = model.encode_tags(first, encoder_ids(model.tags(first), words, tag_list(*list)));
  const auto captions = model.captions(states, {}, {Tag2Text::kDecoderStart, 1037, 3861, 1997});
  for (std::size_t i = 0; i < 16; ++i) {
    // The caption of frame i is that of frame i / 3 (vbench.md 4.13).
    auto ids = recorded["caption_ids"][i].get<std::vector<std::int64_t>>();
    ids.erase(std::find(ids.begin(), ids.end(), text::WordPiece::kEnd), ids.end());
    CHECK(captions[i / 3] == ids);
  }
}

}  // namespace
}  // namespace gallop
