// Similarity of frame features with the frame before and the first frame (vbench.md 4.1, 4.2).
#pragma once

#include "evaluators/frame_evaluator.h"
#include "tensor/aten.h"

namespace gallop::evaluators::vbench {

// `features`: [1, D] a frame, any length. Mean over frames 1..T-1; parts hold their similarities. InvalidArgument for fewer
// than two frames, for which the reference divides by zero.
Score consistency(const char* dimension, const std::vector<at::Tensor>& features);

}  // namespace gallop::evaluators::vbench
