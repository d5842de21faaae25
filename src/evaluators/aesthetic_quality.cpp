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

using Batch = std::shared_ptr<vbench::MicroBatch>;
constexpr std::int64_t kBatch = 4;

class Judge final : public ClipJudge {
 public:
  Judge(const Batch& batch, const ClipContext&) : lane_(*batch) {}
  void push(const media::FrameView& frame) override {
    lane_.push(tensor::clip_tensor_224(vbench::frame_on(lane_.device(), frame), tensor::ClipInput::from_float));
  }
  bool waiting() const override { return lane_.waiting(); }
  Score finish() override {
    Score score{.dimension = "aesthetic_quality"};
    for (const auto& row : lane_.finish()) score.parts.push_back((row / 10.0).item<double>());
    require_frames(score, static_cast<std::int64_t>(score.parts.size()), 1);
    for (const double one : score.parts) score.value += one / static_cast<double>(score.parts.size());
    return score;
  }

 private:
  vbench::MicroBatch::Lane lane_;
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
  const auto head = vbench::shared_model<nn::Linear>(weights, vbench::checkpoints::aesthetic_head, options,
                                                     [](const nn::Params& params) { return nn::Linear::load(params, 768, 1); });
  const auto tower = vbench::load_clip_image(weights, vbench::checkpoints::clip_l14, models::clip::ImageConfig::vit_l14(), options);
  // [B, 3, 224, 224] -> [B, 1], about 0..10, not clamped
  const auto network = [tower, head](const at::Tensor& images) {
    const auto features = (*tower)(images).to(at::kFloat);
    return (*head)(features / features.norm(2, 1, true).clamp_min(1e-12));
  };
  auto batch = std::make_shared<vbench::MicroBatch>(vbench::frames_a_batch(options, kBatch), network, tower->positions.device());
  return vbench::make_evaluator<Judge>(information(), {.contract = ReaderContract::decord}, std::move(batch));
}

}  // namespace gallop::evaluators::aesthetic_quality
