// VBench background_consistency: CLIP features of every whole frame against the frame before and the first (vbench.md 4.2).
#include "evaluators/registration.h"
#include "evaluators/vbench/clip_models.h"
#include "evaluators/vbench/consistency.h"
#include "evaluators/vbench/frame_tensor.h"
#include "evaluators/vbench/micro_batch.h"
#include "evaluators/vbench/model_evaluator.h"
#include "tensor/image_transforms.h"

GALLOP_EVALUATOR(background_consistency)

namespace gallop::evaluators::background_consistency {
namespace {

using models::clip::ImageTower;
using Model = std::shared_ptr<const ImageTower>;
constexpr std::int64_t kBatch = 8;

class Judge final : public ClipJudge {
 public:
  Judge(const Model& tower, const ClipContext&)
      : batch_(kBatch, [&tower](const at::Tensor& images) { return (*tower)(images); }, [this](const at::Tensor& row) { meter_.add(row); }) {}
  void push(const media::FrameView& frame) override { batch_.push(tensor::clip_tensor_224(vbench::view_of(frame), tensor::ClipInput::from_float)); }
  Score finish() override {
    batch_.finish();
    return meter_.score("background_consistency");
  }

 private:
  vbench::Consistency meter_;
  vbench::MicroBatch batch_;
};

}  // namespace

EvaluatorInfo information() {
  return {.name = "background_consistency",
          .profile = "vbench",
          .summary = "similarity of CLIP features between whole frames: does the scene stay the same",
          .licence = "CLIP weights: MIT",
          .needs = {"weights:ViT-B-32.pt"},
          .low = 0.0,
          .high = 1.0,
          .higher_is_better = true};
}

std::unique_ptr<EvaluatorBase> create(const std::filesystem::path& weights, const LoadOptions& options) {
  return vbench::make_evaluator<Judge>(information(), {.contract = ReaderContract::decord}, vbench::load_clip_image(weights, vbench::checkpoints::clip_b32, models::clip::ImageConfig::vit_b32(), options));
}

}  // namespace gallop::evaluators::background_consistency
