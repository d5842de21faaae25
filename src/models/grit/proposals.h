// Where something might be: the class-agnostic CenterNet head (Zhou et al. 2021; vbench.md 5.7.3).
#pragma once

#include <vector>

#include "models/grit/pyramid.h"

namespace gallop::models::grit {

struct Boxes {
  at::Tensor corners;  // float32 [N, 4]: x1, y1, x2, y2 in pixels
  at::Tensor scores;   // float32 [N]
};

struct ProposalHead {
  struct Norm {
    at::Tensor weight, bias;
  };
  struct Maps {
    at::Tensor heat, box;  // [1, 1, h, w] before the sigmoid; [1, 4, h, w] in cells, not negative
  };

  std::vector<nn::Conv2d> tower;
  std::vector<Norm> norms;
  nn::Conv2d heat, box;
  std::vector<at::Tensor> scales;  // one number a level

  static ProposalHead load(const GritConfig& config, const nn::Params& params);
  std::vector<Maps> maps(const Pyramid::Levels& levels) const;
  // About 256 boxes at most, best first, not clipped to the picture. Ties at the limit are all kept.
  Boxes operator()(const Pyramid::Levels& levels) const;
};

}  // namespace gallop::models::grit
