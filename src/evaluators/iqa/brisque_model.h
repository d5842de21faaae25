// The two parameter files of BRISQUE as OpenCV writes them: a support-vector regression and the ranges of its features.
#pragma once

#include <array>
#include <filesystem>
#include <vector>

namespace gallop::evaluators::iqa {

constexpr std::size_t kSceneFeatures = 36;

struct BrisqueModel {
  using Features = std::array<double, kSceneFeatures>;
  double gamma = 0.0, rho = 0.0;
  std::vector<Features> vectors = {};
  std::vector<double> alphas = {};  // one a vector
  Features low = {}, high = {};

  // NotFound naming both files and their origin; FormatError when one is not what it should be.
  static BrisqueModel load(const std::filesystem::path& folder);
  // 0 (best) to 100 (worst); the regression's own value is cut to that range.
  double score(const Features& features) const;
};

}  // namespace gallop::evaluators::iqa
