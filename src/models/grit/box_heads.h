// Refines proposals in three stages and picks the detections (vbench.md 5.7.4).
#pragma once

#include <vector>

#include "models/grit/proposals.h"

namespace gallop::models::grit {

// Features of boxes from the level that suits their size: [N, size, size, C].
at::Tensor pool(const Pyramid::Levels& levels, const at::Tensor& corners, std::int64_t size);

struct BoxHeads {
  struct Stage {
    nn::Linear fc1, fc2, score, hidden, deltas;  // fc1 reads rows, columns, channels in this order
    std::array<double, 2> scale;                 // divisors of centre and size
  };
  GritConfig config;
  std::vector<Stage> stages;

  static BoxHeads load(const GritConfig& config, const nn::Params& params);
  // Every proposal with its refined box, not clipped, and its score.
  Boxes refine(const Pyramid::Levels& levels, const Boxes& proposals, std::int64_t height, std::int64_t width) const;
  // The detections: clipped, score above 0.5, best first.
  Boxes operator()(const Pyramid::Levels& levels, const Boxes& proposals, std::int64_t height, std::int64_t width) const;
};

// Box regression of R-CNN: deltas [N, 4] (centre, logarithm of size) on corners [N, 4], each divided by its scale.
at::Tensor apply_deltas(const at::Tensor& corners, const at::Tensor& deltas, const std::array<double, 2>& scale);
at::Tensor clipped(const at::Tensor& corners, std::int64_t height, std::int64_t width);

}  // namespace gallop::models::grit
