// GRiT on the frames of a clip: one pass of the detector a frame, whatever number of dimensions look at it.
#pragma once

#include <memory>
#include <optional>

#include "evaluators/frame_evaluator.h"
#include "evaluators/vbench/checkpoints.h"
#include "evaluators/vbench/object_rules.h"
#include "models/grit/grit.h"
#include "text/word_piece.h"

namespace gallop::evaluators::vbench {

struct GritModels {
  std::shared_ptr<const models::grit::Grit> grit;
  std::shared_ptr<const text::WordPiece> words;
};
GritModels load_grit(const std::filesystem::path& weights, const LoadOptions& options);

// Frames and reader of the four dimensions.
inline constexpr media::FrameRequest kObjectFrames{.contract = ReaderContract::decord, .middle = 16};

// The frame at hand; a stage of ClipShared. Judges hand in each frame in turn; what one asked for the next gets for free.
class FrameObjects {
 public:
  // Names and boxes, best detection first. Short sides above 768 pixels are scaled to 720 with torchvision's antialiased bilinear.
  const std::vector<Instance>& objects(const GritModels& models, const media::FrameView& frame);
  // What color sees: a caption of every detection, and the name of the first one. Its frames are scaled in bytes, as OpenCV
  // does; below that size they are the same frames and the same detections.
  struct Described {
    std::vector<std::string> captions;
    std::string first_name;
  };
  const Described& described(const GritModels& models, const media::FrameView& frame);

 private:
  void turn_to(const media::FrameView& frame);

  std::int64_t index_ = -1;
  std::optional<models::grit::Grit::Found> found_;
  std::optional<std::vector<Instance>> objects_;
  std::optional<Described> described_;
};

}  // namespace gallop::evaluators::vbench
