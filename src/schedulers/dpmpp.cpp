// DPM-Solver++, second order, midpoint (arXiv 2211.01095; wan.md 5.4).
#include <cmath>

#include "schedulers/grids.h"
#include "schedulers/scheduler.h"

namespace gallop::schedulers {
namespace {

// The grid of the earlier flow schedulers, which starts just below one.
Grid dpmpp_grid(int steps, double shift) {
  auto alphas = linear(1.0, 0.001, steps + 1);
  std::vector<double> sigmas;
  for (int i = steps; i > 0; --i) sigmas.push_back(shifted(1.0 - alphas[static_cast<std::size_t>(i)], shift));
  Grid grid;
  for (const auto sigma : sigmas) grid.timesteps.push_back(std::trunc(sigma * 1000.0));
  grid.sigmas = stored(sigmas);
  return grid;
}

class DpmPlusPlus : public Scheduler {
 public:
  DpmPlusPlus(int steps, double shift) : Scheduler(dpmpp_grid(steps, shift)) {}
  SolverState state() const override {
    auto state = Scheduler::state();
    state.tensors = {previous_};
    return state;
  }
  void restore(const SolverState& state) override {
    Scheduler::restore(state);
    previous_ = state.tensors.at(0);
  }

 private:
  at::Tensor advance(const at::Tensor& v, const at::Tensor& x) override {
    const double s = sigma(evaluation_), t = sigma(evaluation_ + 1);
    const auto clean = x - v * s;
    const auto earlier = previous_;
    previous_ = clean;
    if (t == 0.0) return clean;
    const double h = lambda_of(t) - lambda_of(s), decay = (1.0 - t) * std::expm1(-h);
    auto next = x * (t / s) - clean * decay;
    if (!earlier.defined()) return next;
    const double r = (lambda_of(s) - lambda_of(sigma(evaluation_ - 1))) / h;
    return next - (clean - earlier) * (0.5 * decay / r);
  }

  at::Tensor previous_;
};

}  // namespace

std::unique_ptr<Scheduler> make_dpmpp(int steps, double shift) { return std::make_unique<DpmPlusPlus>(steps, shift); }

}  // namespace gallop::schedulers
