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
  std::shared_ptr<const models::clip::ImageTower> image;
  std::shared_ptr<const vbench::ClipText> text;
};

class Judge final : public ClipJudge {
 public:
  Judge(const Models& models, const ClipContext& context)
      : batch_(kBatch, [&models](const at::Tensor& images) { return (*models.image)(images); }, [this](const at::Tensor& row) { add(row); }) {
    const auto style = context.request.labels.find("appearance_style");
    GALLOP_CHECK(style != context.request.labels.end() && !style->second.empty(), InvalidArgument,
                 "appearance_style: the clip has no label \"appearance_style\"; give the words of the style, such as \"Van Gogh style\"");
    text_ = models.text->features.of(style->second);
    scale_ = models.text->scale.exp();
  }
  void push(const media::FrameView& frame) override { batch_.push(tensor::clip_image_224(vbench::view_of(frame))); }
  Score finish() override {
    batch_.finish();
    Score score{.dimension = "appearance_style"};
    require_frames(score, static_cast<std::int64_t>(similarities_.size()), 1);
    score.value = std::accumulate(similarities_.begin(), similarities_.end(), 0.0) / static_cast<double>(similarities_.size());
    score.parts = std::move(similarities_);
    return score;
  }

 private:
  // The logit over 100; the factor meets the image vector first, which matters in half precision.
  void add(const at::Tensor& row) {
    const auto logit = (row / row.norm(2, 1, true) * scale_).matmul(text_.t());
    similarities_.push_back(logit.item<double>() / 100.0);
  }

  at::Tensor text_, scale_;
  std::vector<double> similarities_;
  vbench::MicroBatch batch_;
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
  auto image = vbench::load_clip_image(weights, vbench::checkpoints::clip_b32, models::clip::ImageConfig::vit_b32(), options);
  return vbench::make_evaluator<Judge>(information(), {.contract = ReaderContract::decord}, Models{std::move(image), std::move(text)});
}

}  // namespace gallop::evaluators::appearance_style
