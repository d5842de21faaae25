#include "evaluators/quick/repeats.h"

#include <algorithm>

#include "evaluators/quick/plane.h"

namespace gallop::evaluators::quick {
namespace {

constexpr double kNothing = 0.012;  // coding residue of an exact repetition; static cameras stay above it
constexpr double kNextToNothing = 0.3, kMoving = 0.5;
constexpr std::size_t kNeighbours = 6;

// The usual change of moving pairs around `i`; 0 when nothing moves there.
double usual_change(const std::vector<double>& differences, std::size_t i) {
  std::vector<double> moving;
  for (std::size_t j = i > kNeighbours ? i - kNeighbours : 0; j < std::min(differences.size(), i + kNeighbours + 1); ++j)
    if (differences[j] > kMoving) moving.push_back(differences[j]);
  return quantile(std::move(moving), 0.5);
}

}  // namespace

std::vector<bool> repeated_pairs(const std::vector<double>& differences) {
  std::vector<bool> repeated(differences.size());
  for (std::size_t i = 0; i < differences.size(); ++i) {
    const double d = differences[i];
    repeated[i] = d < kNothing || (d < kNextToNothing && d < 0.1 * usual_change(differences, i));
  }
  return repeated;
}

std::vector<Run> runs_of(const std::vector<bool>& flags) {
  std::vector<Run> runs;
  for (std::size_t i = 0; i < flags.size(); ++i) {
    if (!flags[i]) continue;
    if (runs.empty() || runs.back().first + runs.back().length != static_cast<std::int64_t>(i))
      runs.push_back({static_cast<std::int64_t>(i), 0});
    ++runs.back().length;
  }
  return runs;
}

}  // namespace gallop::evaluators::quick
