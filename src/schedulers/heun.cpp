// Heun's method: two evaluations a step but the last (diffusers FlowMatchHeunDiscreteScheduler).
#include "schedulers/grids.h"
#include "schedulers/scheduler.h"

namespace gallop::schedulers {
namespace {

// Every level but the first and the last is evaluated twice; sigmas follow the evaluations.
Grid heun_grid(int steps, double shift) {
  const auto levels = stored(doubly_shifted(steps, shift));
  Grid grid;
  for (std::size_t i = 0; i + 1 < levels.size(); ++i)
    for (int twice = 0; twice < (i == 0 ? 1 : 2); ++twice) {
      grid.sigmas.push_back(levels[i]);
      grid.timesteps.push_back(static_cast<double>(static_cast<float>(levels[i]) * 1000.0F));
    }
  grid.sigmas.push_back(0.0);
  return grid;
}

class Heun : public Scheduler {
 public:
  Heun(int steps, double shift) : Scheduler(heun_grid(steps, shift)) {}
  SolverState state() const override {
    auto state = Scheduler::state();
    state.tensors = {slope_, start_};
    return state;
  }
  void restore(const SolverState& state) override {
    Scheduler::restore(state);
    slope_ = state.tensors.at(0);
    start_ = state.tensors.at(1);
  }

 private:
  at::Tensor advance(const at::Tensor& v, const at::Tensor& x) override {
    if (!slope_.defined()) {
      const double dt = sigma(evaluation_ + 1) - sigma(evaluation_);
      slope_ = v;
      start_ = x;
      return x + v * dt;
    }
    const double dt = sigma(evaluation_) - sigma(evaluation_ - 1);
    auto next = start_ + (slope_ + v) * (0.5 * dt);
    slope_.reset();
    start_.reset();
    return next;
  }

  at::Tensor slope_, start_;
};

}  // namespace

std::unique_ptr<Scheduler> make_heun(int steps, double shift) { return std::make_unique<Heun>(steps, shift); }

}  // namespace gallop::schedulers
