// VBench temporal_flickering: 1 - mean absolute difference of consecutive frames / 255 (vbench.md 4.3).
#include <cmath>
#include <numeric>

#include "base/check.h"
#include "evaluators/frame_evaluator.h"
#include "evaluators/registration.h"
#include "evaluators/vbench/frame_tensor.h"

GALLOP_EVALUATOR(temporal_flickering)

namespace gallop::evaluators::temporal_flickering {
namespace {

// Sum of |a - b| over the bytes of two frames.
std::uint64_t sum_of_differences(std::span<const std::uint8_t> a, std::span<const std::uint8_t> b) {
  std::uint64_t total = 0;
  constexpr std::size_t kBlock = 1 << 16;  // a 32-bit sum of so many differences cannot overflow
  for (std::size_t start = 0; start < a.size(); start += kBlock) {
    std::uint32_t part = 0;
    const auto end = std::min(a.size(), start + kBlock);
    for (std::size_t i = start; i < end; ++i) part += static_cast<std::uint32_t>(a[i] > b[i] ? a[i] - b[i] : b[i] - a[i]);
    total += part;
  }
  return total;
}

class Judge final : public ClipJudge {
 public:
  void push(const media::FrameView& frame) override {
    if (frames_ > 0) {
      GALLOP_CHECK(frame.height == height_ && frame.width == width_, MediaError,
                   "temporal_flickering: frame {} is {}x{}, the ones before are {}x{}; scale the clip to one size first", frame.index,
                   frame.width, frame.height, width_, height_);
      differences_.push_back(static_cast<double>(difference(frame)) / static_cast<double>(frame.rgb.size()));
    }
    if (frame.device.kind == Device::Kind::cpu)
      previous_.assign(frame.rgb.begin(), frame.rgb.end());
    else
      previous_there_ = vbench::view_of(frame).to(at::kInt);
    height_ = frame.height;
    width_ = frame.width;
    ++frames_;
  }

  Score finish() override {
    Score score{.dimension = "temporal_flickering"};
    // The reference returns NaN for one frame (vbench.md 12); a defined error says more.
    require_frames(score, frames_, 2);
    const double mean = std::accumulate(differences_.begin(), differences_.end(), 0.0) / static_cast<double>(differences_.size());
    score.value = (255.0 - mean) / 255.0;
    score.parts = std::move(differences_);
    return score;
  }

 private:
  // Sum of absolute differences to the frame before, on the device where both are.
  std::uint64_t difference(const media::FrameView& frame) const {
    if (frame.device.kind == Device::Kind::cpu) return sum_of_differences(previous_, frame.rgb);
    return static_cast<std::uint64_t>((previous_there_ - vbench::view_of(frame).to(at::kInt)).abs_().sum().item<std::int64_t>());
  }

  std::vector<std::uint8_t> previous_;
  at::Tensor previous_there_;        // int [1, H, W, 3] on a device other than the CPU
  std::vector<double> differences_;  // mean absolute difference of each pair, 0..255
  std::int64_t height_ = 0, width_ = 0, frames_ = 0;
};

class Evaluator final : public FrameEvaluator {
 public:
  EvaluatorInfo info() const override { return information(); }
  media::FrameRequest frames() const override { return {.contract = ReaderContract::opencv}; }
  bool takes_device_frames() const override { return true; }
  std::unique_ptr<ClipJudge> open(const ClipContext&) override { return std::make_unique<Judge>(); }
};

}  // namespace

EvaluatorInfo information() {
  return {.name = "temporal_flickering",
          .profile = "vbench",
          .summary = "1 minus the mean absolute difference of consecutive frames over 255; meant for static scenes",
          .licence = "",
          .needs = {},
          .low = 0.0,
          .high = 1.0,
          .higher_is_better = true};
}

std::unique_ptr<EvaluatorBase> create(const std::filesystem::path&, const LoadOptions&) { return std::make_unique<Evaluator>(); }

}  // namespace gallop::evaluators::temporal_flickering
