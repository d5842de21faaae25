#include "schedulers/renoising.h"

#include <cmath>

#include "base/check.h"
#include "schedulers/grids.h"

namespace gallop::schedulers {

Grid single_shift_grid(int steps, double shift) {
  GALLOP_CHECK(steps >= 1 && steps <= 1000, InvalidArgument, "generate.steps: {} steps; use 1 to 1000", steps);
  GALLOP_CHECK(std::isfinite(shift) && shift > 0.0, InvalidArgument, "generate.shift: {} is not a positive number; 3 to 12 are usual",
               shift);
  auto sigmas = linear(static_cast<double>(0.999F), 0.0, steps + 1);
  sigmas.pop_back();
  Grid grid;
  for (auto& sigma : sigmas) {
    sigma = shifted(sigma, shift);
    grid.timesteps.push_back(std::trunc(sigma * 1000.0));
  }
  grid.sigmas = stored(sigmas);
  return grid;
}

at::Tensor renoised(const Grid& grid, int evaluation, const at::Tensor& velocity, const at::Tensor& sample, const at::Tensor& noise) {
  const double sigma = grid.sigmas.at(static_cast<std::size_t>(evaluation)),
               next = grid.sigmas.at(static_cast<std::size_t>(evaluation) + 1);
  const auto clean = sample - velocity.to(at::kFloat) * sigma;
  return noise * next + clean * (1.0 - next);
}

}  // namespace gallop::schedulers
