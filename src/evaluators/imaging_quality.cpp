// VBench imaging_quality: MUSIQ on every frame, mean on its own scale of about 0..100 (vbench.md 4.7).
#include <numeric>

#include "evaluators/registration.h"
#include "evaluators/vbench/frame_tensor.h"
#include "evaluators/vbench/model_cache.h"
#include "evaluators/vbench/model_evaluator.h"
#include "models/musiq/musiq.h"
#include "tensor/image_transforms.h"

GALLOP_EVALUATOR(imaging_quality)

namespace gallop::evaluators::imaging_quality {
namespace {

using models::musiq::Musiq;
using Model = std::shared_ptr<const Musiq>;

class Judge final : public ClipJudge {
 public:
  Judge(const Model& model, const ClipContext&) : model_(*model) {}
  // The patches of one frame are a batch of their own, so frames stay apart.
  void push(const media::FrameView& frame) override {
    scores_.push_back(model_(tensor::musiq_tensor(vbench::frame_on(model_.positions.device(), frame))).item<double>());
  }
  Score finish() override {
    Score score{.dimension = "imaging_quality"};
    require_frames(score, static_cast<std::int64_t>(scores_.size()), 1);
    score.value = std::accumulate(scores_.begin(), scores_.end(), 0.0) / static_cast<double>(scores_.size());
    score.parts = std::move(scores_);
    return score;
  }

 private:
  const Musiq& model_;
  std::vector<double> scores_;
};

}  // namespace

EvaluatorInfo information() {
  return {.name = "imaging_quality",
          .profile = "vbench",
          .summary = "mean MUSIQ score of the frames, about 0..100; totals of the benchmark divide by 100",
          .licence = "MUSIQ weights: Apache-2.0 (Google Research); the project that distributes them has a non-commercial licence",
          .needs = {"weights:musiq_spaq_ckpt-358bb6af.pth"},
          .low = 0.0,
          .high = 100.0,
          .higher_is_better = true};
}

std::unique_ptr<EvaluatorBase> create(const std::filesystem::path& weights, const LoadOptions& options) {
  return vbench::make_evaluator<Judge>(information(), {.contract = ReaderContract::decord},
                                       vbench::shared_model<Musiq>(weights, vbench::checkpoints::musiq, options,
                                                                   [](const nn::Params& params) { return Musiq::load({}, params); }));
}

}  // namespace gallop::evaluators::imaging_quality
