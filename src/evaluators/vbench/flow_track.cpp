#include "evaluators/vbench/flow_track.h"

#include "base/check.h"
#include "evaluators/vbench/frame_tensor.h"
#include "evaluators/vbench/model_cache.h"

namespace gallop::evaluators::vbench {
namespace {

using models::raft::Raft;

// Frames wait for the end of the clip, when it is known how many fast pairs suffice; beyond this they are worked off.
constexpr std::int64_t kWaitingBytes = 256 << 20;

}  // namespace

void FlowTrack::push(const media::FrameView& frame) {
  if (frames_++ == 0) {
    height_ = frame.height;
    width_ = frame.width;
    size_ = check_frame_size(dimension_, height_, width_, 8);
  }
  GALLOP_CHECK(frame.height == height_ && frame.width == width_, MediaError,
               "{}: frame {} is {}x{}, the ones before are {}x{}; scale the clip to one size first", dimension_, frame.index, frame.width,
               frame.height, width_, height_);
  if (!undefined()) waiting_.push_back(view_of(frame).clone());
}

bool FlowTrack::crowded() const { return static_cast<std::int64_t>(waiting_.size()) * height_ * width_ * 3 > kWaitingBytes; }

std::optional<double> FlowTrack::next() {
  GALLOP_ASSERT(!waiting_.empty());
  monitor_.pulse();
  auto current = prepared(waiting_.front());
  waiting_.pop_front();
  std::optional<double> result;
  if (previous_.image.defined())
    result = score(previous_, current);
  else
    first_ = current;
  previous_ = std::move(current);
  return result;
}

std::array<double, 2> FlowTrack::ends() {
  GALLOP_ASSERT(frames_ > 0 && !undefined());
  if (!first_.image.defined()) next();
  const auto last = waiting_.empty() ? previous_ : prepared(waiting_.back());
  const auto forward = score(first_, last);
  monitor_.pulse();
  return {forward, score(last, first_)};
}

std::string FlowTrack::undefined_flag() const {
  return fmt::format("frames of {}x{} are below 128 pixels: the flow of the reference is undefined and no pair counts as moving", width_,
                     height_);
}

models::raft::Raft::Frame FlowTrack::prepared(const at::Tensor& frame) const {
  return model_.prepare(nn::pad_to_multiple(planes(frame.to(model_.features.last.device())), 8));
}

double FlowTrack::score(const models::raft::Raft::Frame& from, const models::raft::Raft::Frame& to) const {
  const auto lengths = model_(from, to).full.square().sum(1).sqrt_().reshape({-1});
  const auto count = static_cast<std::int64_t>(static_cast<double>(lengths.numel()) * share_);
  return std::get<0>(lengths.topk(count)).mean().item<double>();
}

void FastPairs::work_off(FlowTrack& track, double threshold) {
  const auto pair = track.next();
  if (!pair) return;
  scores_.push_back(*pair);
  if (*pair > threshold) ++fast_;
}

std::shared_ptr<const Raft> load_raft(const std::filesystem::path& weights, const LoadOptions& options) {
  return shared_model<Raft>(weights, checkpoints::raft, options, [](const nn::Params& params) { return Raft::load({}, params); });
}

}  // namespace gallop::evaluators::vbench
