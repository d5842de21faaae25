// Measures that compare a clip with its pristine reference, plane by plane.
#pragma once

#include <array>
#include <functional>
#include <string>

#include "gallop/evaluator.h"
#include "media/plane_source.h"

namespace gallop::evaluators::reference {

// One value a plane of a pair of frames.
using PlaneValues = std::array<double, 3>;
using ComparePlanes = std::function<double(const media::YuvFrame::Plane& reference, const media::YuvFrame::Plane& distorted)>;

// The mean over frames of what `compare` says of each plane, and per-frame luma values as parts.
struct Comparison {
  PlaneValues mean = {};
  PlaneValues weights = {};  // share of each plane's pixels
  std::vector<double> luma;  // one a frame
  std::vector<std::string> flags;
};
// Frames are paired in order. InvalidArgument: no reference given, sizes differ, no common frame.
Comparison compare_clips(const ClipRequest& request, const std::string& dimension, const RunOptions& run, const ComparePlanes& compare);

// An evaluator from a function on one request.
class ReferenceEvaluator final : public EvaluatorBase {
 public:
  using Function = std::function<Score(const ClipRequest&, const RunOptions&)>;
  ReferenceEvaluator(EvaluatorInfo info, Function function) : info_(std::move(info)), function_(std::move(function)) {}
  EvaluatorInfo info() const override { return info_; }
  std::vector<Score> score(std::span<const ClipRequest> requests, const RunOptions& run) override {
    std::vector<Score> scores;
    for (const auto& request : requests) scores.push_back(function_(request, run));
    return scores;
  }

 private:
  EvaluatorInfo info_;
  Function function_;
};

}  // namespace gallop::evaluators::reference
