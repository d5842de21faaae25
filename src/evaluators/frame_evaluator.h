// The common shape of evaluators that look at frames: they name the frames they need, and judge a clip while its frames
// stream past, so that one decode serves many dimensions and a long clip never lies in memory.
#pragma once

#include <memory>
#include <vector>

#include "base/run.h"
#include "evaluators/clip_shared.h"
#include "gallop/evaluator.h"
#include "media/frame_source.h"

namespace gallop::evaluators {

// What a judge knows of its clip when the first frame has not come yet. Valid as long as the judge.
struct ClipContext {
  const ClipRequest& request;
  const media::SourceInfo& source;
  const base::RunMonitor& monitor;
  ClipShared& shared;  // intermediate results of the judges that see the same frames
};

// Judges one clip. Used by one thread.
class ClipJudge {
 public:
  virtual ~ClipJudge() = default;
  // The next frame in the order of the contract. Frames of one clip may differ in size; a judge that cannot bear it throws.
  virtual void push(const media::FrameView& frame) = 0;
  // The score after the last frame. Never a zero in place of an error: throws what a caller should read.
  virtual Score finish() = 0;
  // True after the last frame when the score waits for a batch that frames of other clips may fill; finish() then pads it.
  virtual bool waiting() const { return false; }
  // True when further frames cannot change the score; the pass may end early.
  virtual bool decided() const { return false; }
};

class FrameEvaluator : public EvaluatorBase {
 public:
  // Frames of the reference clip (ClipRequest::reference) are read by the judge itself; these are the frames of the clip.
  virtual media::FrameRequest frames() const = 0;
  // Whether its judges bear frames whose bytes are in the memory of a device.
  virtual bool takes_device_frames() const { return false; }
  // Called once a clip, before its first frame. Throws when the request lacks what the dimension needs.
  virtual std::unique_ptr<ClipJudge> open(const ClipContext& context) = 0;
  std::vector<Score> score(std::span<const ClipRequest> requests, const RunOptions& run) final;
};

// Throws InvalidArgument that says which clip and dimension lack frames.
void require_frames(const Score& score, std::int64_t seen, std::int64_t least);

}  // namespace gallop::evaluators
