// VBench subject_consistency: DINO features of every frame against the frame before and the first (vbench.md 4.1).
#include "evaluators/registration.h"
#include "evaluators/vbench/consistency.h"
#include "evaluators/vbench/frame_tensor.h"
#include "evaluators/vbench/micro_batch.h"
#include "evaluators/vbench/model_cache.h"
#include "evaluators/vbench/model_evaluator.h"
#include "models/dino/vision_transformer.h"
#include "tensor/image_transforms.h"

GALLOP_EVALUATOR(subject_consistency)

namespace gallop::evaluators::subject_consistency {
namespace {

using models::dino::VisionTransformer;
using Batch = std::shared_ptr<vbench::MicroBatch>;
constexpr std::int64_t kBatch = 2;

class Judge final : public ClipJudge {
 public:
  Judge(const Batch& batch, const ClipContext&) : lane_(*batch) {}
  void push(const media::FrameView& frame) override { lane_.push(tensor::dino_tensor_224(vbench::frame_on(lane_.device(), frame))); }
  bool waiting() const override { return lane_.waiting(); }
  Score finish() override { return vbench::consistency("subject_consistency", lane_.finish()); }

 private:
  vbench::MicroBatch::Lane lane_;
};

}  // namespace

EvaluatorInfo information() {
  return {.name = "subject_consistency",
          .profile = "vbench",
          .summary = "similarity of DINO features between frames: does the subject stay the same",
          .licence = "DINO weights: Apache-2.0",
          .needs = {"weights:dino_vitbase16_pretrain.pth"},
          .low = 0.0,
          .high = 1.0,
          .higher_is_better = true};
}

std::unique_ptr<EvaluatorBase> create(const std::filesystem::path& weights, const LoadOptions& options) {
  const auto model = vbench::shared_model<VisionTransformer>(weights, vbench::checkpoints::dino, options,
                                                             [](const nn::Params& params) { return VisionTransformer::load({}, params); });
  auto batch = std::make_shared<vbench::MicroBatch>(
      vbench::frames_a_batch(options, kBatch), [model](const at::Tensor& images) { return (*model)(images); }, model->positions.device());
  return vbench::make_evaluator<Judge>(information(), {.contract = ReaderContract::decord}, std::move(batch));
}

}  // namespace gallop::evaluators::subject_consistency
