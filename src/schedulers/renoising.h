// The few-step sampler of models distilled to predict the clean sample at any noise level (single_stream.md 2.15).
#pragma once

#include "schedulers/scheduler.h"

namespace gallop::schedulers {

// `steps` equal parts of 0.999 down to 0, shifted once; timesteps are whole numbers, as the guidance rule compares them.
// InvalidArgument: steps outside 1 to 1000, shift not positive.
Grid single_shift_grid(int steps, double shift);

// Predicts the clean sample from the velocity at grid position `evaluation` and noises it again to the next level:
// sigma' eps + (1 - sigma') (x - sigma v). Each step draws fresh noise, the last one too, where it has no weight: the draws
// keep a seed's stream aligned. float32.
at::Tensor renoised(const Grid& grid, int evaluation, const at::Tensor& velocity, const at::Tensor& sample, const at::Tensor& noise);

}  // namespace gallop::schedulers
