// VBench-I2V i2v_subject: does the subject of the picture stay, by DINO features (vbench.md 8.2).
#include "evaluators/registration.h"
#include "evaluators/vbench/image_conformity.h"
#include "evaluators/vbench/model_cache.h"
#include "evaluators/vbench/model_evaluator.h"
#include "models/dino/vision_transformer.h"
#include "tensor/i2v_transforms.h"

GALLOP_EVALUATOR(i2v_subject)

namespace gallop::evaluators::i2v_subject {
namespace {

constexpr const char* kName = "i2v_subject";

}  // namespace

EvaluatorInfo information() {
  return {.name = kName,
          .profile = "vbench_i2v",
          .summary = "likeness of the frames to the picture the clip was made from and to each other, by DINO features of the subject",
          .licence = "DINO weights: Apache-2.0",
          .needs = {"weights:dino_vitbase16_pretrain.pth", "image"},
          .low = 0.0,
          .high = 1.0,
          .higher_is_better = true};
}

std::unique_ptr<EvaluatorBase> create(const std::filesystem::path& weights, const LoadOptions& options) {
  using models::dino::VisionTransformer;
  const auto model = vbench::shared_model<VisionTransformer>(weights, vbench::checkpoints::dino, options,
                                                             [](const nn::Params& params) { return VisionTransformer::load({}, params); });
  vbench::ConformityModels models{kName, [model](const at::Tensor& images) { return (*model)(images); }, tensor::i2v_dino_picture,
                                  tensor::i2v_dino_frames};
  return vbench::make_evaluator<vbench::ConformityJudge>(information(), {.contract = ReaderContract::decord}, std::move(models));
}

}  // namespace gallop::evaluators::i2v_subject
