// Non-maximum suppression of boxes.
#pragma once

#include "tensor/aten.h"

namespace gallop::nn {

// Keeps the boxes that no better kept box overlaps by more than `threshold` (intersection over union).
//   boxes: float32 [N, 4] as x1, y1, x2, y2; scores: float32 [N]; any device.
// Returns int64 indices of the kept boxes, best score first; boxes of equal score keep their order. The boxes, a few
// thousand at most, are compared on the CPU whatever their device: a greedy choice has no parallel form worth the name.
at::Tensor nms(const at::Tensor& boxes, const at::Tensor& scores, double threshold);

}  // namespace gallop::nn
