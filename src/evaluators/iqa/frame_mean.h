// The mean of what single frames get, when some frames are too flat to get anything.
#pragma once

#include <cmath>
#include <string>
#include <vector>

#include "evaluators/frame_evaluator.h"

namespace gallop::evaluators::iqa {

class FrameMean {
 public:
  void add(double part) { parts_.push_back(part); }  // NaN: the frame has no score
  // InvalidArgument when no frame has one.
  Score score(std::string dimension);

 private:
  std::vector<double> parts_;
};

}  // namespace gallop::evaluators::iqa
