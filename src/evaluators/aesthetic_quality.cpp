// VBench aesthetic_quality: a linear head on CLIP ViT-L/14 features of every frame (vbench.md 4.6).
#include "evaluators/registration.h"
#include "evaluators/vbench/clip_models.h"
#include "evaluators/vbench/frame_tensor.h"
#include "evaluators/vbench/micro_batch.h"
#include "evaluators/vbench/model_evaluator.h"
#include "tensor/image_transforms.h"

GALLOP_EVALUATOR(aesthetic_quality)

namespace gallop::evaluators::aesthetic_quality {
namespace {

using models::clip::ImageTower;
constexpr std::int64_t kBatch = 4;

struct Models {
  std::shared_ptr<const ImageTower> tower;
  std::shared_ptr<const nn::Linear> head;

  // [B, 3, 224, 224] -> [B, 1], about 0..10, not clamped
  at::Tensor operator()(const at::Tensor& images) const {
    const auto features = (*tower)(images);
    return (*head)(features / features.norm(2, 1, true).clamp_min(1e-12));
  }
};

class Judge final : public ClipJudge {
 public:
  Judge(const Models& models, const ClipContext&)
      : batch_(kBatch, [&models](const at::Tensor& images) { return models(images); },
               [this](const at::Tensor& row) { scores_.push_back((row / 10.0).item<double>()); }) {}
  void push(const media::FrameView& frame) override { batch_.push(tensor::clip_tensor_224(vbench::view_of(frame), tensor::ClipInput::from_float)); }
  Score finish() override {
    batch_.finish();
    Score score{.dimension = "aesthetic_quality"};
    require_frames(score, static_cast<std::int64_t>(scores_.size()), 1);
    for (const double one : scores_) score.value += one / static_cast<double>(scores_.size());
    score.parts = std::move(scores_);
    return score;
  }

 private:
  std::vector<double> scores_;
  vbench::MicroBatch batch_;
};

}  // namespace

EvaluatorInfo information() {
  return {.name = "aesthetic_quality",
          .profile = "vbench",
          .summary = "mean LAION aesthetic score of the frames over 10; not clamped",
          .licence = "CLIP weights: MIT; aesthetic head: MIT",
          .needs = {"weights:ViT-L-14.pt", "weights:sa_0_4_vit_l_14_linear.pth"},
          .low = 0.0,
          .high = 1.0,
          .higher_is_better = true};
}

std::unique_ptr<EvaluatorBase> create(const std::filesystem::path& weights, const LoadOptions& options) {
  // The small file first: what is missing is told before the large one is read.
  auto head = vbench::shared_model<nn::Linear>(weights, vbench::checkpoints::aesthetic_head, options,
                                               [](const nn::Params& params) { return nn::Linear::load(params, 768, 1); });
  auto tower = vbench::load_clip_image(weights, vbench::checkpoints::clip_l14, models::clip::ImageConfig::vit_l14(), options);
  return vbench::make_evaluator<Judge>(information(), {.contract = ReaderContract::decord}, Models{std::move(tower), std::move(head)});
}

}  // namespace gallop::evaluators::aesthetic_quality
