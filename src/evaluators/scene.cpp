// VBench scene: in how many frames does Tag2Text's caption name the asked scene (vbench.md 4.13).
#include <array>

#include "evaluators/registration.h"
#include "evaluators/vbench/captioner.h"
#include "evaluators/vbench/frame_tensor.h"
#include "evaluators/vbench/labels.h"
#include "evaluators/vbench/model_evaluator.h"
#include "evaluators/vbench/object_rules.h"
#include "tensor/image_transforms.h"

GALLOP_EVALUATOR(scene)

namespace gallop::evaluators::scene {
namespace {

constexpr const char* kName = "scene";
// The reference mixes up its batch: the caption of frame i of 16 is made from frame i / 3 (vbench.md 16.1, quirk 19). So six
// frames are looked at, and their captions count this often.
constexpr std::array<std::size_t, 6> kTimes = {3, 3, 3, 3, 3, 1};

class Judge final : public ClipJudge {
 public:
  Judge(const vbench::Captioner& captioner, const ClipContext& context)
      : captioner_(captioner), scene_(vbench::required_label(context.request, kName, "scene", "alley")) {}
  void push(const media::FrameView& frame) override { seen_.push_back(captioner_.look(tensor::tag2text_384(vbench::view_of(frame)))); }
  bool decided() const override { return seen_.size() == kTimes.size(); }

  Score finish() override {
    Score score{.dimension = kName};
    require_frames(score, static_cast<std::int64_t>(seen_.size()), static_cast<std::int64_t>(kTimes.size()));
    const auto captions = captioner_.describe(at::cat(seen_));
    double hits = 0.0;
    for (std::size_t i = 0; i < captions.size(); ++i) {
      const bool hit = vbench::shows_scene(captions[i].text, scene_);
      score.parts.insert(score.parts.end(), kTimes[i], hit ? 1.0 : 0.0);
      if (hit) hits += static_cast<double>(kTimes[i]);
    }
    score.value = hits / static_cast<double>(score.parts.size());
    return score;
  }

 private:
  const vbench::Captioner& captioner_;
  std::string scene_;
  std::vector<at::Tensor> seen_;
};

}  // namespace

EvaluatorInfo information() {
  return {.name = kName,
          .profile = "vbench",
          .summary = "fraction of 16 frames whose Tag2Text caption holds every word of the asked scene",
          .licence = "Tag2Text weights: Apache-2.0, with parts under BSD-3-Clause and MIT",
          .needs = {"weights:tag2text_swin_14m.pth", "weights:vocab.txt", "label:scene"},
          .low = 0.0,
          .high = 1.0,
          .higher_is_better = true};
}

std::unique_ptr<EvaluatorBase> create(const std::filesystem::path& weights, const LoadOptions& options) {
  return vbench::make_evaluator<Judge>(information(), {.contract = ReaderContract::decord, .middle = 16, .width = 384, .height = 384},
                                       vbench::Captioner::load(weights, options));
}

}  // namespace gallop::evaluators::scene
