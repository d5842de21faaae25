// Peak signal-to-noise ratio against a reference, as FFmpeg's psnr filter defines it: mean squared errors are averaged over
// frames, and over planes by their share of pixels, before the logarithm.
#include <algorithm>
#include <cmath>
#include <limits>

#include "evaluators/reference/plane_pairs.h"
#include "evaluators/registration.h"

GALLOP_EVALUATOR(psnr)

namespace gallop::evaluators::psnr {
namespace {

double squared_error(const media::YuvFrame::Plane& a, const media::YuvFrame::Plane& b) {
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < a.values.size(); ++i) {
    const int difference = int{a.values[i]} - int{b.values[i]};
    sum += static_cast<std::uint64_t>(difference * difference);
  }
  return static_cast<double>(sum) / static_cast<double>(a.values.size());
}

// Equal pictures have no noise: 100 dB stands for "identical", as common tools cap it, so that means stay finite.
constexpr double kIdentical = 100.0;
double decibels(double error) { return error > 0.0 ? std::min(kIdentical, 10.0 * std::log10(255.0 * 255.0 / error)) : kIdentical; }

Score judge(const ClipRequest& request, const RunOptions& run) {
  auto comparison = reference::compare_clips(request, "psnr", run, squared_error);
  double error = 0.0;
  for (std::size_t i = 0; i < 3; ++i) error += comparison.weights[i] * comparison.mean[i];
  Score score{.dimension = "psnr", .value = decibels(error)};
  for (const double luma : comparison.luma) score.parts.push_back(decibels(luma));
  score.flags = std::move(comparison.flags);
  score.details = {
      {"psnr_y", decibels(comparison.mean[0])}, {"psnr_u", decibels(comparison.mean[1])}, {"psnr_v", decibels(comparison.mean[2])}};
  return score;
}

}  // namespace

EvaluatorInfo information() {
  return {.name = "psnr",
          .profile = "reference",
          .summary = "peak signal-to-noise ratio against the reference clip in dB, over Y, U and V; 100 = identical",
          .licence = "",
          .needs = {"reference"},
          .low = 0.0,
          .high = kIdentical,
          .higher_is_better = true};
}

std::unique_ptr<EvaluatorBase> create(const std::filesystem::path&, const LoadOptions&) {
  return std::make_unique<reference::ReferenceEvaluator>(information(), judge);
}

}  // namespace gallop::evaluators::psnr
