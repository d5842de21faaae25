#include "evaluators/quick/luma_track.h"

#include <algorithm>

#include "base/check.h"

namespace gallop::evaluators::quick {
namespace {

constexpr std::int64_t kSmallSide = 64, kMiddleSide = 192;

std::int64_t factor_for(const Plane& plane, std::int64_t side) {
  const auto longest = std::max(plane.height, plane.width), shortest = std::min(plane.height, plane.width);
  // Flow needs 16 pixels on the short side, also of a very wide clip.
  return std::max<std::int64_t>(1, std::min(longest / side, shortest / 16));
}

}  // namespace

void LumaTrack::take(const media::FrameView& frame) {
  if (index_ == frame.index) return;
  GALLOP_CHECK(full_.empty() || (frame.height == full_.height && frame.width == full_.width), MediaError,
               "frame {}: is {}x{}, the frames before are {}x{}; scale the clip to one size first", frame.index, frame.width, frame.height,
               full_.width, full_.height);
  index_ = frame.index;
  flow_.reset();
  previous_full_ = std::move(full_);
  previous_small_ = std::move(small_);
  previous_middle_ = std::move(middle_);
  full_ = luma_of(frame);
  small_ = shrink(full_, factor_for(full_, kSmallSide));
  middle_ = shrink(full_, factor_for(full_, kMiddleSide));
  pair_difference_ = previous_full_.empty() ? 0.0 : mean_difference(full_, previous_full_);
}

const Flow& LumaTrack::flow() {
  GALLOP_ASSERT(has_previous());
  GALLOP_CHECK(std::min(middle_.height, middle_.width) >= 8, InvalidArgument,
               "the clip is {}x{}: motion needs at least 8 pixels on each side", full_.width, full_.height);
  if (!flow_) flow_ = optical_flow(previous_middle_, middle_);
  return *flow_;
}

}  // namespace gallop::evaluators::quick
