// The frames of one clip on their way through RAFT, pair by pair, as dynamic_degree and static_filter need them.
#pragma once

#include <deque>
#include <optional>

#include "base/run.h"
#include "evaluators/vbench/small_frames.h"
#include "gallop/evaluator.h"
#include "media/frame_source.h"
#include "models/raft/raft.h"

namespace gallop::evaluators::vbench {

// How fast a pair moves is the mean of the longest `share` of its flow vectors, over the padded size. Features of a frame
// are computed once for both of its pairs. Used by one thread.
class FlowTrack {
 public:
  FlowTrack(const char* dimension, double share, const models::raft::Raft& model, const base::RunMonitor& monitor)
      : dimension_(dimension), share_(share), model_(model), monitor_(monitor) {}

  // Keeps a copy of the frame for later. MediaError when its size differs from the first one's, InvalidArgument when it is
  // too small for the network.
  void push(const media::FrameView& frame);
  std::int64_t frames() const { return frames_; }
  bool waiting() const { return !waiting_.empty(); }
  // True when the waiting frames take so much memory that some should be worked off, known end or not.
  bool crowded() const;
  // The score of the next pair of neighbours, taking the oldest waiting frame; nothing for the first frame of the clip.
  std::optional<double> next();
  // The score from the first frame to the last one pushed and back, whether or not those between have been worked off.
  std::array<double, 2> ends();

  // `pixels` at a short side of 256, scaled to the clip.
  double scaled(double pixels) const { return pixels * (static_cast<double>(std::min(height_, width_)) / 256.0); }
  // Frames so small that the reference's flow is not a number: no pair is ever scored.
  bool undefined() const { return size_ == FrameSize::undefined; }
  std::string undefined_flag() const;

 private:
  models::raft::Raft::Frame prepared(const at::Tensor& frame) const;
  double score(const models::raft::Raft::Frame& from, const models::raft::Raft::Frame& to) const;

  const char* dimension_;
  double share_;
  const models::raft::Raft& model_;
  const base::RunMonitor& monitor_;
  std::deque<at::Tensor> waiting_;  // uint8 [1, H, W, 3]
  models::raft::Raft::Frame first_, previous_;
  std::int64_t frames_ = 0, height_ = 0, width_ = 0;
  FrameSize size_ = FrameSize::usable;
};

// The pairs of a track scored so far, and how many of them move faster than a threshold.
class FastPairs {
 public:
  // Scores the next pair of `track`, if its oldest waiting frame ends one.
  void work_off(FlowTrack& track, double threshold);
  std::int64_t fast() const { return fast_; }
  std::int64_t scored() const { return static_cast<std::int64_t>(scores_.size()); }
  std::vector<double> take_scores() { return std::move(scores_); }

 private:
  std::vector<double> scores_;
  std::int64_t fast_ = 0;
};

// The network of both dimensions; as shared_model.
std::shared_ptr<const models::raft::Raft> load_raft(const std::filesystem::path& weights, const LoadOptions& options);

}  // namespace gallop::evaluators::vbench
