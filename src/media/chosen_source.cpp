#include "media/chosen_source.h"

#include <cmath>

#include "base/check.h"

namespace gallop::media {
namespace {

class ChosenSource final : public FrameSource {
 public:
  ChosenSource(std::unique_ptr<FrameSource> all, std::vector<std::int64_t> indices)
      : all_(std::move(all)), indices_(std::move(indices)), info_(all_->info()) {
    info_.frames = static_cast<std::int64_t>(indices_.size());
  }
  const SourceInfo& info() const override { return info_; }
  std::optional<FrameView> next() override {
    if (given_ == indices_.size()) return std::nullopt;
    while (!frame_ || frame_->index < indices_[given_]) {
      frame_ = all_->next();
      GALLOP_CHECK(frame_.has_value(), MediaError, "the clip ends before frame {}; it is damaged", indices_[given_]);
    }
    ++given_;
    return frame_;
  }
  std::vector<std::string> flags() const override { return all_->flags(); }

 private:
  std::unique_ptr<FrameSource> all_;
  std::vector<std::int64_t> indices_;
  SourceInfo info_;
  std::optional<FrameView> frame_;
  std::size_t given_ = 0;
};

class SlowerSource final : public FrameSource {
 public:
  SlowerSource(std::unique_ptr<FrameSource> all, double rate) : all_(std::move(all)), step_(all_->info().fps / rate), info_(all_->info()) {
    info_.fps = rate;
    if (info_.frames) info_.frames = kept_below(*info_.frames);
  }
  const SourceInfo& info() const override { return info_; }
  std::optional<FrameView> next() override {
    const auto wanted = index_of(given_);
    while (auto frame = all_->next()) {
      if (frame->index < wanted) continue;
      frame->index = given_++;
      return frame;
    }
    return std::nullopt;
  }
  std::vector<std::string> flags() const override { return all_->flags(); }

 private:
  // Rates such as 30000/1001 are inexact: a sample that falls on the start of a frame takes that frame.
  std::int64_t index_of(std::int64_t sample) const {
    return static_cast<std::int64_t>(std::floor(static_cast<double>(sample) * step_ + 1e-6));
  }
  std::int64_t kept_below(std::int64_t frames) const {
    auto kept = static_cast<std::int64_t>(static_cast<double>(frames) / step_);
    while (index_of(kept) < frames) ++kept;
    while (kept > 0 && index_of(kept - 1) >= frames) --kept;
    return kept;
  }

  std::unique_ptr<FrameSource> all_;
  double step_;  // frames of the clip a sample, above 1
  SourceInfo info_;
  std::int64_t given_ = 0;
};

}  // namespace

std::unique_ptr<FrameSource> choose_frames(std::unique_ptr<FrameSource> all, std::vector<std::int64_t> indices) {
  return std::make_unique<ChosenSource>(std::move(all), std::move(indices));
}

std::unique_ptr<FrameSource> lower_rate(std::unique_ptr<FrameSource> all, double rate) {
  GALLOP_CHECK(std::isfinite(rate) && rate > 0.0, InvalidArgument,
               "frame rate {}: must be a number above 0; leave it out to keep every frame", rate);
  if (all->info().fps <= rate * (1.0 + 1e-9)) return all;
  return std::make_unique<SlowerSource>(std::move(all), rate);
}

}  // namespace gallop::media
