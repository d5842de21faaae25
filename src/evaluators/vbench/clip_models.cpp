#include "evaluators/vbench/clip_models.h"

#include <algorithm>
#include <array>

namespace gallop::evaluators::vbench {
namespace {

bool of_text(const std::string& name) { return !of_clip_image(name) && of_network(name); }

}  // namespace

bool of_clip_image(const std::string& name) { return name.starts_with("visual."); }

bool of_network(const std::string& name) {
  constexpr std::array<std::string_view, 3> kNumbers = {"input_resolution", "context_length", "vocab_size"};
  return std::find(kNumbers.begin(), kNumbers.end(), name) == kNumbers.end();
}

bool clip_half(const std::string& name) {
  constexpr std::array<std::string_view, 10> kMatrices = {"in_proj_weight", "in_proj_bias", "out_proj.weight", "out_proj.bias",
                                                          "c_fc.weight",    "c_fc.bias",    "c_proj.weight",   "c_proj.bias",
                                                          "conv1.weight",   "visual.proj"};
  const auto ends = [&](std::string_view end) { return name.ends_with(end); };
  return name == "text_projection" || std::any_of(kMatrices.begin(), kMatrices.end(), ends);
}

std::shared_ptr<const models::clip::ImageTower> load_clip_image(const std::filesystem::path& weights, const Checkpoint& checkpoint,
                                                                const models::clip::ImageConfig& config, const LoadOptions& options) {
  return shared_model<models::clip::ImageTower>(
      weights, checkpoint, options, [&](const nn::Params& params) { return models::clip::ImageTower::load(config, params / "visual"); },
      of_clip_image, clip_half);
}

std::shared_ptr<const ClipText> load_clip_text(const std::filesystem::path& weights, const LoadOptions& options) {
  const auto vocabulary = find_checkpoint(weights, checkpoints::vocabulary);
  return shared_model<ClipText>(
      weights, checkpoints::clip_b32, options,
      [&](const nn::Params& params) {
        return ClipText{{models::clip::TextTower::load({}, params), text::ClipBpe::load(vocabulary), text::ClipBpe::Overflow::error},
                        params("logit_scale", {})};
      },
      of_text, clip_half, models::clip::kept_as_stored);
}

}  // namespace gallop::evaluators::vbench
