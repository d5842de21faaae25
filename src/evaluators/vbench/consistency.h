// Similarity of frame features with the frame before and the first frame (vbench.md 4.1, 4.2).
#pragma once

#include "evaluators/frame_evaluator.h"
#include "tensor/aten.h"

namespace gallop::evaluators::vbench {

class Consistency {
 public:
  // [1, D], any length.
  void add(const at::Tensor& feature);
  // Mean over frames 1..T-1; parts hold their similarities. InvalidArgument for fewer than two frames, for which the
  // reference divides by zero.
  Score score(const char* dimension) const;

 private:
  at::Tensor first_, previous_;
  std::vector<double> similarities_;
  std::int64_t frames_ = 0;
};

}  // namespace gallop::evaluators::vbench
