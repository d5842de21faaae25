// Dense optical flow by inverse search on patches, coarse to fine (Kroeger et al. 2016, "Fast Optical Flow using Dense
// Inverse Search"), without the variational refinement: made for how much and how evenly a clip moves.
#pragma once

#include "evaluators/quick/plane.h"

namespace gallop::evaluators::quick {

// Displacement in pixels from the first picture to the second, per pixel.
struct Flow {
  Plane x, y;
};

// Pictures of equal size, both sides at least 16 pixels.
Flow optical_flow(const Plane& from, const Plane& to);

// Bilinear value at a real position, coordinates clamped to the picture.
float sample(const Plane& plane, float y, float x);

}  // namespace gallop::evaluators::quick
