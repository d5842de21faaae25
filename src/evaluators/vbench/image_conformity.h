// How well a clip keeps to the picture it was made from (vbench.md 8.2, 8.3).
#pragma once

#include <functional>

#include "evaluators/frame_evaluator.h"
#include "evaluators/vbench/micro_batch.h"
#include "tensor/aten.h"

namespace gallop::evaluators::vbench {

class ImageConformity {
 public:
  // Features [1, D] of the picture.
  explicit ImageConformity(const at::Tensor& picture);
  // Features of the next frame.
  void add(const at::Tensor& feature);
  // 0.4 of the best likeness to the picture, 0.3 of the mean and 0.3 of the worst likeness of neighbouring frames. Parts: likeness
  // of each frame to the picture. InvalidArgument for fewer than two frames.
  Score score(const char* dimension) const;

 private:
  at::Tensor picture_, previous_;
  std::vector<double> to_picture_, to_previous_;
};

// What makes one of the two dimensions: a network on batches, and what turns the picture and a frame, uint8 [1, H, W, 3], into its
// input, [1, 3, h, w].
struct ConformityModels {
  using Function = std::function<at::Tensor(const at::Tensor&)>;
  const char* dimension;
  Function network, picture, frame;
};

// Needs the request's image.
class ConformityJudge final : public ClipJudge {
 public:
  ConformityJudge(const ConformityModels& models, const ClipContext& context);
  void push(const media::FrameView& frame) override;
  Score finish() override;

 private:
  const ConformityModels& models_;
  ImageConformity meter_;
  MicroBatch batch_;
  MicroBatch::Lane lane_;
};

}  // namespace gallop::evaluators::vbench
