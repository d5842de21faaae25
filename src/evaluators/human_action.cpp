// VBench human_action: is the asked action among UMT's confident five (vbench.md 4.10).
#include <algorithm>

#include "base/check.h"
#include "base/names.h"
#include "evaluators/registration.h"
#include "evaluators/vbench/action_rules.h"
#include "evaluators/vbench/frame_tensor.h"
#include "evaluators/vbench/kinetics_labels.h"
#include "evaluators/vbench/model_cache.h"
#include "evaluators/vbench/model_evaluator.h"
#include "models/umt/vision_transformer.h"
#include "tensor/image_transforms.h"

GALLOP_EVALUATOR(human_action)

namespace gallop::evaluators::human_action {
namespace {

using models::umt::VisionTransformer;
using Model = std::shared_ptr<const VisionTransformer>;
constexpr std::int64_t kCandidates = 5;

// Label "action", else the file name, else the prompt.
std::string wanted_action(const ClipRequest& request) {
  const auto label = request.labels.find("action");
  const auto action = label != request.labels.end()    ? label->second
                      : request.clip.file() != nullptr ? vbench::action_in(request.clip.file()->stem().string())
                                                       : vbench::action_in(request.prompt);
  const auto known = vbench::kinetics_labels();
  // The reference would answer false; a name that no class can match is a mistake of the request.
  GALLOP_CHECK(std::find(known.begin(), known.end(), action) != known.end(), InvalidArgument,
               "human_action: {} is none of the 400 Kinetics actions{}; give the label \"action\", or name the file as the suite does",
               base::quote(action), base::suggestion(action, std::vector<std::string>(known.begin(), known.end())));
  return action;
}

class Judge final : public ClipJudge {
 public:
  Judge(const Model& model, const ClipContext& context) : model_(*model), action_(wanted_action(context.request)) {}
  void push(const media::FrameView& frame) override { frames_.push_back(tensor::umt_224(vbench::host_view_of(frame))); }

  Score finish() override {
    Score score{.dimension = "human_action"};
    require_frames(score, static_cast<std::int64_t>(frames_.size()), model_.config.frames);
    const auto probabilities = model_(at::cat(frames_).to(model_.positions.device())).sigmoid();
    const auto [values, classes] = probabilities.topk(kCandidates, 1);
    const auto names = vbench::kinetics_labels();
    for (std::int64_t i = 0; i < kCandidates; ++i) {
      const double probability = vbench::kept_probability(values[0][i].item<double>());
      const auto name = names[static_cast<std::size_t>(classes[0][i].item<std::int64_t>())];
      score.parts.push_back(probability);
      score.details["probability of " + std::string(name)] = probability;
      if (vbench::is_confident(probability) && name == action_) score.value = 1.0;
    }
    return score;
  }

 private:
  const VisionTransformer& model_;
  std::string action_;
  std::vector<at::Tensor> frames_;
};

}  // namespace

EvaluatorInfo information() {
  return {.name = "human_action",
          .profile = "vbench",
          .summary = "1 when the asked action is among the five likeliest of UMT with a probability of at least 0.85, else 0",
          .licence = "UMT weights: MIT",
          .needs = {"weights:l16_ptk710_ftk710_ftk400_f16_res224.pth", "label:action"},
          .low = 0.0,
          .high = 1.0,
          .higher_is_better = true};
}

std::unique_ptr<EvaluatorBase> create(const std::filesystem::path& weights, const LoadOptions& options) {
  auto model = vbench::shared_model<VisionTransformer>(weights, vbench::checkpoints::umt, options,
                                                       [](const nn::Params& params) { return VisionTransformer::load({}, params); });
  return vbench::make_evaluator<Judge>(information(), {.contract = ReaderContract::decord, .middle = 16}, std::move(model));
}

}  // namespace gallop::evaluators::human_action
