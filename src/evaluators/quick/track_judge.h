// The judge all quick measures derive from: it keeps the shared track and one number a frame or pair.
#pragma once

#include <string>
#include <vector>

#include "evaluators/frame_evaluator.h"
#include "evaluators/quick/luma_track.h"

namespace gallop::evaluators::quick {

class TrackJudge : public ClipJudge {
 public:
  TrackJudge(const ClipContext& context, std::string dimension, std::int64_t least_frames)
      : track_(context.shared.get<LumaTrack>()), fps_(context.source.fps), dimension_(std::move(dimension)), least_frames_(least_frames) {}

  void push(const media::FrameView& frame) final {
    track_->take(frame);
    ++frames_;
    measure(frame);
  }
  Score finish() final {
    Score score{.dimension = dimension_};
    require_frames(score, frames_, least_frames_);
    conclude(score);
    if (score.parts.empty()) score.parts = std::move(parts_);
    return score;
  }

 protected:
  virtual void measure(const media::FrameView& frame) = 0;  // after the track has taken the frame
  virtual void conclude(Score& score) = 0;                  // sets value, flags, details; parts_ become the parts

  LumaTrack& track() { return *track_; }
  double mean_part() const {
    double sum = 0.0;
    for (const double part : parts_) sum += part;
    return parts_.empty() ? 0.0 : sum / static_cast<double>(parts_.size());
  }

  std::vector<double> parts_;
  std::int64_t frames_ = 0;

 private:
  std::shared_ptr<LumaTrack> track_;

 protected:
  double fps_;

 private:
  std::string dimension_;
  std::int64_t least_frames_;
};

}  // namespace gallop::evaluators::quick
