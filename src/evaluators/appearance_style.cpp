// VBench appearance_style: CLIP similarity of every frame and the words of the style (vbench.md 4.15).
#include <numeric>

#include "base/check.h"
#include "evaluators/registration.h"
#include "evaluators/vbench/clip_models.h"
#include "evaluators/vbench/frame_tensor.h"
#include "evaluators/vbench/micro_batch.h"
#include "evaluators/vbench/model_evaluator.h"
#include "tensor/image_transforms.h"

GALLOP_EVALUATOR(appearance_style)

namespace gallop::evaluators::appearance_style {
namespace {

constexpr std::int64_t kBatch = 8;

struct Models {
  std::shared_ptr<vbench::MicroBatch> images;
  std::shared_ptr<const vbench::ClipText> text;
};

class Judge final : public ClipJudge {
 public:
  Judge(const Models& models, const ClipContext& context) : lane_(*models.images) {
    const auto style = context.request.labels.find("appearance_style");
    GALLOP_CHECK(style != context.request.labels.end() && !style->second.empty(), InvalidArgument,
                 "appearance_style: the clip has no label \"appearance_style\"; give the words of the style, such as \"Van Gogh style\"");
    text_ = models.text->features.of(style->second);
    scale_ = models.text->scale.exp();
  }
  void push(const media::FrameView& frame) override { lane_.push(tensor::clip_image_224(vbench::host_view_of(frame))); }
  bool waiting() const override { return lane_.waiting(); }
  Score finish() override {
    Score score{.dimension = "appearance_style"};
    for (const auto& row : lane_.finish()) score.parts.push_back(similarity(row));
    require_frames(score, static_cast<std::int64_t>(score.parts.size()), 1);
    score.value = std::accumulate(score.parts.begin(), score.parts.end(), 0.0) / static_cast<double>(score.parts.size());
    return score;
  }

 private:
  // The logit over 100; the factor meets the image vector first, which matters in half precision.
  double similarity(const at::Tensor& row) const {
    const auto logit = (row / row.norm(2, 1, true) * scale_).matmul(text_.t());
    return logit.item<double>() / 100.0;
  }

  at::Tensor text_, scale_;
  vbench::MicroBatch::Lane lane_;
};

}  // namespace

EvaluatorInfo information() {
  return {.name = "appearance_style",
          .profile = "vbench",
          .summary = "mean CLIP similarity of the frames and the words of the asked style",
          .licence = "CLIP weights: MIT",
          .needs = {"weights:ViT-B-32.pt", "weights:bpe_simple_vocab_16e6.txt.gz", "label:appearance_style"},
          .low = -1.0,
          .high = 1.0,
          .higher_is_better = true};
}

std::unique_ptr<EvaluatorBase> create(const std::filesystem::path& weights, const LoadOptions& options) {
  auto text = vbench::load_clip_text(weights, options);
  const auto tower = vbench::load_clip_image(weights, vbench::checkpoints::clip_b32, models::clip::ImageConfig::vit_b32(), options);
  auto images = std::make_shared<vbench::MicroBatch>(
      vbench::frames_a_batch(options, kBatch), [tower](const at::Tensor& batch) { return (*tower)(batch); }, tower->positions.device());
  return vbench::make_evaluator<Judge>(information(), {.contract = ReaderContract::decord}, Models{std::move(images), std::move(text)});
}

}  // namespace gallop::evaluators::appearance_style
