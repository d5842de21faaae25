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

using Batch = std::shared_ptr<vbench::MicroBatch>;
constexpr std::int64_t kBatch = 8;

class Judge final : public ClipJudge {
 public:
  Judge(const Batch& batch, const ClipContext&) : lane_(*batch) {}
  void push(const media::FrameView& frame) override {
    lane_.push(tensor::clip_tensor_224(vbench::frame_on(lane_.device(), frame), tensor::ClipInput::from_float));
  }
  bool waiting() const override { return lane_.waiting(); }
  Score finish() override { return vbench::consistency("background_consistency", lane_.finish()); }

 private:
  vbench::MicroBatch::Lane lane_;
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
  const auto tower = vbench::load_clip_image(weights, vbench::checkpoints::clip_b32, models::clip::ImageConfig::vit_b32(), options);
  auto batch = std::make_shared<vbench::MicroBatch>(
      vbench::frames_a_batch(options, kBatch), [tower](const at::Tensor& images) { return (*tower)(images); }, tower->positions.device());
  return vbench::make_evaluator<Judge>(information(), {.contract = ReaderContract::decord}, std::move(batch));
}

}  // namespace gallop::evaluators::background_consistency
