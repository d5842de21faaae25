// VBench motion_smoothness: odd frames against the ones AMT-S makes from their even neighbours (vbench.md 4.4).
#include <numeric>

#include "base/check.h"
#include "base/log.h"
#include "evaluators/registration.h"
#include "evaluators/vbench/frame_tensor.h"
#include "evaluators/vbench/model_cache.h"
#include "evaluators/vbench/model_evaluator.h"
#include "evaluators/vbench/small_frames.h"
#include "models/amt/amt.h"

GALLOP_EVALUATOR(motion_smoothness)

namespace gallop::evaluators::motion_smoothness {
namespace {

using models::amt::Amt;
using Model = std::shared_ptr<const Amt>;
constexpr const char* kName = "motion_smoothness";

class Judge final : public ClipJudge {
 public:
  Judge(const Model& model, const ClipContext& context) : model_(*model), monitor_(context.monitor) {}

  void push(const media::FrameView& frame) override {
    if (frames_ == 0) {
      height_ = frame.height;
      width_ = frame.width;
      size_ = vbench::check_frame_size(kName, height_, width_, 16);
    }
    GALLOP_CHECK(frame.height == height_ && frame.width == width_, MediaError,
                 "{}: frame {} is {}x{}, the ones before are {}x{}; scale the clip to one size first", kName, frame.index, frame.width,
                 frame.height, width_, height_);
    if (frames_++ % 2 == 1) {
      truth_ = on_device(frame).squeeze(0).clone();
      return;
    }
    monitor_.check();
    auto image = nn::pad_to_multiple(vbench::planes(on_device(frame)).div_(255.0), 16);
    if (previous_.defined()) differences_.push_back(difference(image));
    previous_ = std::move(image);
  }

  Score finish() override {
    Score score{.dimension = kName};
    require_frames(score, frames_, 3);
    const double mean = std::accumulate(differences_.begin(), differences_.end(), 0.0) / static_cast<double>(differences_.size());
    score.value = (255.0 - mean) / 255.0;
    score.parts = std::move(differences_);
    if (size_ == vbench::FrameSize::undefined)
      score.flags.push_back(
          fmt::format("frames of {}x{} are below 128 pixels: the reference's prediction is undefined and it compares with black frames, as "
                      "is done here",
                      width_, height_));
    return score;
  }

 private:
  at::Tensor on_device(const media::FrameView& frame) const { return vbench::frame_on(model_.combine_slope.device(), frame); }

  // Mean absolute difference of the odd frame and the interpolated one, whose values are truncated to bytes.
  double difference(const at::Tensor& next) const {
    if (size_ == vbench::FrameSize::undefined) return truth_.to(at::kDouble).mean().item<double>();
    const auto middle = (model_(previous_, next) * 255.0).clamp_(0, 255).to(at::kByte).squeeze(0).permute({1, 2, 0});
    const auto top = (middle.size(0) - height_) / 2, left = (middle.size(1) - width_) / 2;
    const auto cropped = middle.slice(0, top, top + height_).slice(1, left, left + width_);
    return (cropped.to(at::kInt) - truth_.to(at::kInt)).abs_().to(at::kDouble).mean().item<double>();
  }

  const Amt& model_;
  const base::RunMonitor& monitor_;
  at::Tensor previous_, truth_;      // padded float [1, 3, H, W] in 0..1; uint8 [H, W, 3]
  std::vector<double> differences_;  // of each triple, 0..255
  std::int64_t frames_ = 0, height_ = 0, width_ = 0;
  vbench::FrameSize size_ = vbench::FrameSize::usable;
};

}  // namespace

EvaluatorInfo information() {
  return {.name = kName,
          .profile = "vbench",
          .summary = "how well AMT-S predicts every odd frame from its neighbours: 1 minus the mean absolute difference over 255",
          .licence = "AMT weights: CC BY-NC 4.0, non-commercial use only",
          .needs = {"weights:amt-s.pth"},
          .low = 0.0,
          .high = 1.0,
          .higher_is_better = true};
}

std::unique_ptr<EvaluatorBase> create(const std::filesystem::path& weights, const LoadOptions& options) {
  auto model =
      vbench::shared_model<Amt>(weights, vbench::checkpoints::amt, options, [](const nn::Params& params) { return Amt::load({}, params); });
  base::log(LogLevel::warning, "motion_smoothness: the AMT weights are licensed CC BY-NC 4.0, for non-commercial use only");
  return vbench::make_evaluator<Judge>(information(), {.contract = ReaderContract::opencv}, std::move(model));
}

}  // namespace gallop::evaluators::motion_smoothness
