// The multi-scale patches of MUSIQ (Ke et al. 2021; vbench.md 5.4).
#pragma once

#include "tensor/aten.h"

namespace gallop::models::musiq {

struct Patches {
  at::Tensor pixels;     // [N, 3, 32, 32]
  at::Tensor positions;  // int64 [N], cell of the 10 x 10 position grid
  at::Tensor scales;     // int64 [N], 0, 1 (shrunk to longer sides 224 and 384) or 2 (as given)
};
// RGB float32 [1, 3, H, W] in -1..1. Padding tokens of the reference carry no weight and are not made.
Patches multiscale_patches(const at::Tensor& image);

}  // namespace gallop::models::musiq
