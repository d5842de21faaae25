// VBench-I2V i2v_background: does the scene of the picture stay, by the DreamSim ensemble (vbench.md 8.3).
#include "evaluators/registration.h"
#include "evaluators/vbench/dreamsim_model.h"
#include "evaluators/vbench/image_conformity.h"
#include "evaluators/vbench/model_evaluator.h"
#include "tensor/i2v_transforms.h"

GALLOP_EVALUATOR(i2v_background)

namespace gallop::evaluators::i2v_background {
namespace {

constexpr const char* kName = "i2v_background";

}  // namespace

EvaluatorInfo information() {
  return {.name = kName,
          .profile = "vbench_i2v",
          .summary = "likeness of the frames to the picture the clip was made from and to each other, by the DreamSim ensemble",
          .licence = "DreamSim and DINO weights: MIT, Apache-2.0",
          .needs = {"weights:dino_vitbase16_pretrain.pth", "weights:clip_vitb16_pretrain.pth.tar",
                    "weights:open_clip_vitb16_pretrain.pth.tar", "weights:adapter_model.bin", "weights:adapter_config.json", "image"},
          .low = 0.0,
          .high = 1.0,
          .higher_is_better = true};
}

std::unique_ptr<EvaluatorBase> create(const std::filesystem::path& weights, const LoadOptions& options) {
  const auto model = vbench::load_dreamsim(weights, options);
  vbench::ConformityModels models{kName, [model](const at::Tensor& images) { return (*model)(images); }, tensor::dreamsim_picture,
                                  tensor::dreamsim_frames};
  return vbench::make_evaluator<vbench::ConformityJudge>(information(), {.contract = ReaderContract::decord}, std::move(models));
}

}  // namespace gallop::evaluators::i2v_background
