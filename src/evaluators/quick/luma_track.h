// What the quick measures share of a clip: the luma of the current and the previous frame, at full and at small size.
#pragma once

#include <optional>

#include "evaluators/clip_shared.h"
#include "evaluators/quick/optical_flow.h"
#include "evaluators/quick/plane.h"

namespace gallop::evaluators::quick {

class LumaTrack {
 public:
  // Takes the next frame; a frame already taken changes nothing. MediaError when its size differs from the first one's.
  void take(const media::FrameView& frame);
  const Plane& full() const { return full_; }
  const Plane& small() const { return small_; }    // long side about 64: whole-frame changes
  const Plane& middle() const { return middle_; }  // long side about 192: motion
  const Plane& previous_small() const { return previous_small_; }
  bool has_previous() const { return !previous_small_.empty(); }
  double pair_difference() const { return pair_difference_; }  // mean |luma - previous luma| at full size, 0..255
  const Flow& flow();  // from the previous frame to this one at middle size; computed on first demand

 private:
  std::optional<std::int64_t> index_;
  Plane full_, small_, middle_, previous_full_, previous_small_, previous_middle_;
  double pair_difference_ = 0.0;
  std::optional<Flow> flow_;
};

}  // namespace gallop::evaluators::quick
