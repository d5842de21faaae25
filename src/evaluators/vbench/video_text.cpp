#include "evaluators/vbench/video_text.h"

#include "base/check.h"
#include "base/names.h"
#include "evaluators/vbench/frame_tensor.h"
#include "evaluators/vbench/model_cache.h"
#include "evaluators/vbench/model_evaluator.h"
#include "evaluators/vbench/suite_names.h"
#include "evaluators/vbench/text_features.h"
#include "models/viclip/video_tower.h"
#include "tensor/image_transforms.h"

namespace gallop::evaluators::vbench {
namespace {

using models::viclip::VideoTower;

struct Models {
  std::shared_ptr<const VideoTower> video;
  std::shared_ptr<const TextFeatures> text;
  std::string dimension;
};

// The clip's vector of length one, [1, 768]; made by whichever judge ends first.
struct VideoVector {
  at::Tensor value;
};

class Judge final : public ClipJudge {
 public:
  Judge(const Models& models, const ClipContext& context) : models_(models), vector_(context.shared.get<VideoVector>()) {
    const auto prompt = prompt_of(context.request, models.dimension);
    text_ = models.text->of(prompt.text);
    if (prompt.from_name) flags_.push_back(fmt::format("no prompt given: {} is read from the file name", base::quote(prompt.text)));
    if (models.text->cut(prompt.text)) flags_.push_back("the prompt has more than 32 tokens: the rest is not seen, as in the reference");
  }

  void push(const media::FrameView& frame) override {
    frames_.push_back(tensor::clip_tensor_224(frame_on(models_.video->positions.device(), frame), tensor::ClipInput::from_uint8));
  }

  Score finish() override {
    Score score{.dimension = models_.dimension};
    require_frames(score, static_cast<std::int64_t>(frames_.size()), models_.video->config.frames);
    if (!vector_->value.defined()) {
      const auto features = (*models_.video)(at::cat(frames_));
      vector_->value = features / features.norm(2, 1, true);
    }
    score.value = text_.matmul(vector_->value.t()).item<double>();
    score.flags = std::move(flags_);
    return score;
  }

 private:
  const Models& models_;
  std::shared_ptr<VideoVector> vector_;
  at::Tensor text_;
  std::vector<at::Tensor> frames_;
  std::vector<std::string> flags_;
};

bool of_video(const std::string& name) { return name.starts_with("vision_encoder."); }
bool of_text(const std::string& name) { return name.starts_with("text_encoder."); }

}  // namespace

std::unique_ptr<EvaluatorBase> make_video_text(EvaluatorInfo info, const std::filesystem::path& weights, const LoadOptions& options) {
  const auto vocabulary = find_checkpoint(weights, checkpoints::vocabulary);
  auto text = shared_model<TextFeatures>(
      weights, checkpoints::viclip, options,
      [&](const nn::Params& params) {
        return TextFeatures(models::clip::TextTower::load(models::viclip::ViclipConfig::text(), params / "text_encoder"),
                            text::ClipBpe::load(vocabulary), text::ClipBpe::Overflow::cut);
      },
      of_text, nullptr, models::clip::kept_as_stored);
  auto video = shared_model<VideoTower>(
      weights, checkpoints::viclip, options, [](const nn::Params& params) { return VideoTower::load({}, params / "vision_encoder"); },
      of_video);
  const auto name = info.name;
  return make_evaluator<Judge>(std::move(info), {.contract = ReaderContract::decord, .middle = 8},
                               Models{std::move(video), std::move(text), name});
}

}  // namespace gallop::evaluators::vbench
