#include "evaluators/vbench/clip_models.h"

#include <algorithm>
#include <array>

namespace gallop::evaluators::vbench {
namespace {

bool of_image(const std::string& name) { return name.starts_with("visual."); }

// The published archives also carry these three numbers, which are not tensors of the network.
bool of_text(const std::string& name) {
  constexpr std::array<std::string_view, 3> kNumbers = {"input_resolution", "context_length", "vocab_size"};
  return !of_image(name) && std::find(kNumbers.begin(), kNumbers.end(), name) == kNumbers.end();
}

}  // namespace

std::shared_ptr<const models::clip::ImageTower> load_clip_image(const std::filesystem::path& weights, const Checkpoint& checkpoint,
                                                                const models::clip::ImageConfig& config, const LoadOptions& options) {
  return shared_model<models::clip::ImageTower>(
      weights, checkpoint, options, [&](const nn::Params& params) { return models::clip::ImageTower::load(config, params / "visual"); }, of_image);
}

std::shared_ptr<const ClipText> load_clip_text(const std::filesystem::path& weights, const LoadOptions& options) {
  const auto vocabulary = find_checkpoint(weights, checkpoints::vocabulary);
  return shared_model<ClipText>(
      weights, checkpoints::clip_b32, options,
      [&](const nn::Params& params) {
        return ClipText{{models::clip::TextTower::load({}, params), text::ClipBpe::load(vocabulary), text::ClipBpe::Overflow::error}, params("logit_scale", {})};
      },
      of_text);
}

}  // namespace gallop::evaluators::vbench
