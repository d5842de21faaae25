// Euler steps: on the doubly shifted grid of the flow-matching scheduler, and on the grid of step-distilled models
// (wan.md 5.5, 5.6).
#include "schedulers/grids.h"
#include "schedulers/scheduler.h"

namespace gallop::schedulers {
namespace {

Grid euler_grid(const std::vector<double>& sigmas) {
  Grid grid;
  grid.sigmas = stored(sigmas);
  for (std::size_t i = 0; i + 1 < grid.sigmas.size(); ++i)
    grid.timesteps.push_back(static_cast<double>(static_cast<float>(grid.sigmas[i]) * 1000.0F));
  return grid;
}

class Euler : public Scheduler {
 public:
  explicit Euler(Grid grid) : Scheduler(std::move(grid)) {}

 private:
  at::Tensor advance(const at::Tensor& v, const at::Tensor& x) override { return x + v * (sigma(evaluation_ + 1) - sigma(evaluation_)); }
};

}  // namespace

std::unique_ptr<Scheduler> make_euler(int steps, double shift) { return std::make_unique<Euler>(euler_grid(doubly_shifted(steps, shift))); }

std::unique_ptr<Scheduler> make_distilled(int steps, double shift) {
  auto sigmas = linear(1.0, 0.0, steps + 1);
  sigmas.pop_back();
  for (auto& sigma : sigmas) sigma = shifted(sigma, shift);
  return std::make_unique<Euler>(euler_grid(sigmas));
}

}  // namespace gallop::schedulers
