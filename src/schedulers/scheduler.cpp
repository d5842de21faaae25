#include "schedulers/scheduler.h"

#include <cmath>

#include "base/check.h"

namespace gallop::schedulers {

at::Tensor Scheduler::step(const at::Tensor& velocity, const at::Tensor& sample) {
  GALLOP_ASSERT(evaluation_ < evaluations());
  auto next = advance(velocity.to(at::kFloat), sample);
  ++evaluation_;
  return next;
}

SolverState Scheduler::state() const { return {.evaluation = evaluation_}; }
void Scheduler::restore(const SolverState& state) { evaluation_ = state.evaluation; }

std::vector<std::string> scheduler_names() { return {"unipc", "dpm++", "euler", "heun", "distilled"}; }

std::unique_ptr<Scheduler> make_scheduler(std::string_view name, int steps, double shift) {
  GALLOP_CHECK(steps >= 1 && steps <= 1000, InvalidArgument, "generate.steps: {} steps; use 1 to 1000", steps);
  GALLOP_CHECK(std::isfinite(shift) && shift > 0.0, InvalidArgument, "generate.shift: {} is not a positive number; 3 to 12 are usual",
               shift);
  if (name == "unipc") return make_unipc(steps, shift);
  if (name == "dpm++") return make_dpmpp(steps, shift);
  if (name == "euler") return make_euler(steps, shift);
  if (name == "heun") return make_heun(steps, shift);
  if (name == "distilled") return make_distilled(steps, shift);
  throw InvalidArgument(fmt::format("generate.scheduler: \"{}\" is unknown; use one of {}", name, fmt::join(scheduler_names(), ", ")));
}

}  // namespace gallop::schedulers
