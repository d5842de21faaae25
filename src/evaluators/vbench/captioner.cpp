#include "evaluators/vbench/captioner.h"

#include "evaluators/vbench/detector_checkpoints.h"
#include "evaluators/vbench/model_cache.h"
#include "evaluators/vbench/tag_names.h"
#include "text/utf8.h"

namespace gallop::evaluators::vbench {
namespace {

using models::tag2text::Tag2Text;

constexpr std::string_view kPrompt = "a picture of ";
constexpr std::int64_t kBar = 1064;  // "|"

// The published file also holds second names of shared tensors, and tables that the reference computes.
bool of_captioner(const std::string& name) {
  if (name.starts_with("vision_multi.") || name.starts_with("text_decoder.cls.predictions.decoder.")) return false;
  for (const std::string_view ending : {"relative_position_index", "attn_mask", "position_ids"})
    if (name.ends_with(ending)) return false;
  for (const std::string_view part : {"visual_encoder.", "text_decoder.", "tag_encoder.", "label_embed.", "fc."})
    if (name.starts_with(part)) return true;
  return false;
}

// Pieces that are joined to the prompt's last word leave less of it: the reference cuts by length all the same, counted in letters.
std::string without_prompt(const std::string& whole) {
  const auto letters = text::letters(whole);
  return letters.size() <= kPrompt.size() ? std::string() : whole.substr(letters[kPrompt.size()].offset);
}

}  // namespace

Captioner::Captioner(std::shared_ptr<const Tag2Text> model, text::WordPiece words) : model_(std::move(model)), words_(std::move(words)) {
  for (const auto name : tag_names()) tag_ids_.push_back(words_.encode(name));
}

Captioner Captioner::load(const std::filesystem::path& weights, const LoadOptions& options) {
  const auto vocabulary = find_checkpoint(weights, checkpoints::bert_vocabulary);
  auto model = shared_model<Tag2Text>(
      weights, checkpoints::tag2text, options, [](const nn::Params& params) { return Tag2Text::load({}, params); }, of_captioner);
  return Captioner(std::move(model), text::WordPiece::load(vocabulary));
}

std::vector<std::int64_t> Captioner::encoder_ids(const std::vector<std::int64_t>& tags) const {
  const auto room = static_cast<std::size_t>(model_->config.tag_tokens);
  std::vector<std::int64_t> ids = {Tag2Text::kEncoderMarker};
  for (std::size_t i = 0; i < tags.size(); ++i) {
    if (i > 0) ids.push_back(kBar);
    const auto& pieces = tag_ids_[static_cast<std::size_t>(tags[i])];
    ids.insert(ids.end(), pieces.begin(), pieces.end());
  }
  ids.resize(std::min(ids.size(), room - 1));
  ids.push_back(text::WordPiece::kEnd);
  ids.resize(room, text::WordPiece::kPadding);
  return ids;
}

std::vector<Captioner::Caption> Captioner::describe(const at::Tensor& seen) const {
  std::vector<std::int64_t> rows, prompt = words_.encode(kPrompt);
  prompt.insert(prompt.begin(), Tag2Text::kDecoderStart);
  auto tags = model_->tags(seen);
  for (const auto& given : tags) {
    const auto ids = encoder_ids(given);
    rows.insert(rows.end(), ids.begin(), ids.end());
  }
  const auto states = model_->encode_tags(seen, at::tensor(rows, at::kLong).view({seen.size(0), model_->config.tag_tokens}));
  auto texts = model_->captions(states, {}, prompt);
  std::vector<Caption> captions;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    auto text = without_prompt(words_.decode(texts[i]));
    captions.push_back({std::move(tags[i]), std::move(texts[i]), std::move(text)});
  }
  return captions;
}

}  // namespace gallop::evaluators::vbench
