// VBench dynamic_degree: does enough of the clip move fast, by RAFT flow at about 8 frames a second (vbench.md 4.5).
#include <cmath>
#include <deque>

#include "base/check.h"
#include "evaluators/registration.h"
#include "evaluators/vbench/frame_tensor.h"
#include "evaluators/vbench/model_cache.h"
#include "evaluators/vbench/model_evaluator.h"
#include "evaluators/vbench/small_frames.h"
#include "models/raft/raft.h"

GALLOP_EVALUATOR(dynamic_degree)

namespace gallop::evaluators::dynamic_degree {
namespace {

using models::raft::Raft;
using Model = std::shared_ptr<const Raft>;
constexpr const char* kName = "dynamic_degree";
// Kept frames wait for the end of the clip, when it is known how many fast pairs suffice; beyond this they are worked off.
constexpr std::int64_t kWaitingBytes = 256 << 20;

// Mean of the largest 5 % of the flow's lengths, over the padded size.
double pair_score(const at::Tensor& flow) {
  const auto lengths = flow.square().sum(1).sqrt_().reshape({-1});
  const auto count = static_cast<std::int64_t>(static_cast<double>(lengths.numel()) * 0.05);
  return std::get<0>(lengths.topk(count)).mean().item<double>();
}

class Judge final : public ClipJudge {
 public:
  Judge(const Model& model, const ClipContext& context)
      : model_(*model), monitor_(context.monitor), interval_(std::max<std::int64_t>(1, static_cast<std::int64_t>(std::nearbyint(context.source.fps / 8.0)))) {
    if (context.source.frames) expected_ = (*context.source.frames + interval_ - 1) / interval_;
  }

  void push(const media::FrameView& frame) override {
    if (seen_++ % interval_ != 0) return;
    if (kept_++ == 0) begin(frame.height, frame.width);
    GALLOP_CHECK(frame.height == height_ && frame.width == width_, MediaError, "{}: frame {} is {}x{}, the ones before are {}x{}; scale the clip to one size first",
                 kName, frame.index, frame.width, frame.height, width_, height_);
    if (size_ == vbench::FrameSize::undefined) return;
    waiting_.push_back(vbench::view_of(frame).clone());
    while (!waiting_.empty() && (expected_ || static_cast<std::int64_t>(waiting_.size()) * frame.height * frame.width * 3 > kWaitingBytes)) work_off(expected_);
  }

  bool decided() const override { return expected_ && kept_ > 1 && fast_ >= needed(*expected_); }

  Score finish() override {
    Score score{.dimension = kName};
    require_frames(score, kept_, 1);
    const auto pairs = kept_ - 1;
    if (!decided()) expected_ = kept_;
    while (!waiting_.empty()) work_off(expected_);
    if (size_ == vbench::FrameSize::undefined) {
      // Every comparison with NaN is false, so only a count of zero can be reached.
      score.flags.push_back(fmt::format("frames of {}x{} are below 128 pixels: the flow of the reference is undefined and no pair counts as moving", width_, height_));
    }
    if (pairs == 0) score.flags.push_back("one kept frame: there is no pair, which counts as not moving");
    score.value = pairs > 0 && fast_ >= needed(*expected_) ? 1.0 : 0.0;
    score.details = {{"kept_frames", static_cast<double>(kept_)}, {"interval", static_cast<double>(interval_)}, {"threshold", threshold_},
                     {"count_needed", static_cast<double>(needed(*expected_))}, {"pairs_computed", static_cast<double>(scores_.size())}};
    score.parts = std::move(scores_);
    return score;
  }

 private:
  static std::int64_t needed(std::int64_t kept) { return static_cast<std::int64_t>(std::nearbyint(4.0 * (static_cast<double>(kept) / 16.0))); }

  void begin(std::int64_t height, std::int64_t width) {
    height_ = height;
    width_ = width;
    size_ = vbench::check_frame_size(kName, height, width, 8);
    threshold_ = 6.0 * (static_cast<double>(std::min(height, width)) / 256.0);
  }

  // Takes the oldest waiting frame. Further pairs cannot change the answer once enough are fast, so they are not computed.
  void work_off(const std::optional<std::int64_t>& total) {
    const auto frame = waiting_.front();
    waiting_.pop_front();
    if (total && !scores_.empty() && fast_ >= needed(*total)) return;
    monitor_.check();
    const auto image = frame.permute({0, 3, 1, 2}).to(at::kFloat).contiguous();
    auto current = model_.prepare(nn::pad_to_multiple(image, 8));
    if (previous_.image.defined()) {
      scores_.push_back(pair_score(model_(previous_, current).full));
      if (scores_.back() > threshold_) ++fast_;
    }
    previous_ = std::move(current);
  }

  const Raft& model_;
  const base::RunMonitor& monitor_;
  std::int64_t interval_;
  std::optional<std::int64_t> expected_ = std::nullopt;  // kept frames in all, when known
  std::deque<at::Tensor> waiting_;
  Raft::Frame previous_;
  std::vector<double> scores_;
  std::int64_t seen_ = 0, kept_ = 0, fast_ = 0, height_ = 0, width_ = 0;
  double threshold_ = 0.0;
  vbench::FrameSize size_ = vbench::FrameSize::usable;
};

}  // namespace

EvaluatorInfo information() {
  return {.name = kName,
          .profile = "vbench",
          .summary = "1 when enough frame pairs move fast by RAFT flow at about 8 frames a second, else 0",
          .licence = "RAFT weights: BSD-3-Clause",
          .needs = {"weights:raft-things.pth"},
          .low = 0.0,
          .high = 1.0,
          .higher_is_better = true};
}

std::unique_ptr<EvaluatorBase> create(const std::filesystem::path& weights, const LoadOptions& options) {
  return vbench::make_evaluator<Judge>(information(), {.contract = ReaderContract::opencv}, vbench::shared_model<Raft>(weights, vbench::checkpoints::raft, options, [](const nn::Params& params) { return Raft::load({}, params); }));
}

}  // namespace gallop::evaluators::dynamic_degree
