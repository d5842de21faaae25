// Solvers of the flow-matching equation dx/ds = v(x, s) from noise (s = 1) to a sample (s = 0) (wan.md 5).
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "tensor/aten.h"

namespace gallop::schedulers {

// A grid with its model evaluations: evaluation i happens at timesteps[i]; sigmas has one entry more, the last is 0.
struct Grid {
  std::vector<double> sigmas = {};
  std::vector<double> timesteps = {};  // what the model is told, 0 to 1000
};

// What a solver remembers; restoring it continues bit for bit.
struct SolverState {
  int evaluation = 0;  // evaluations done
  std::vector<std::int64_t> counters = {};
  std::vector<at::Tensor> tensors = {};  // undefined entries allowed
};

// Used by one thread at a time. Arithmetic is float32 whatever the velocity's type; coefficients are float64.
class Scheduler {
 public:
  virtual ~Scheduler() = default;
  const Grid& grid() const { return grid_; }
  int evaluations() const { return static_cast<int>(grid_.timesteps.size()); }
  int evaluation() const { return evaluation_; }
  // Starts at a later evaluation (video to video).
  void begin_at(int evaluation) { evaluation_ = evaluation; }
  // The sample after this evaluation: velocity and sample of the same shape, sample float32.
  at::Tensor step(const at::Tensor& velocity, const at::Tensor& sample);
  virtual SolverState state() const;
  virtual void restore(const SolverState& state);

 protected:
  explicit Scheduler(Grid grid) : grid_(std::move(grid)) {}
  // `v` float32; evaluation_ is the index of this evaluation.
  virtual at::Tensor advance(const at::Tensor& v, const at::Tensor& x) = 0;
  double sigma(int index) const { return grid_.sigmas[static_cast<std::size_t>(index)]; }

  Grid grid_;
  int evaluation_ = 0;
};

// "unipc", "dpm++", "euler", "heun", or "distilled" (Euler on the evenly spaced grid of step-distilled models).
// InvalidArgument: an unknown name (lists the known ones), steps < 1, shift <= 0.
std::unique_ptr<Scheduler> make_scheduler(std::string_view name, int steps, double shift);
std::vector<std::string> scheduler_names();

std::unique_ptr<Scheduler> make_unipc(int steps, double shift, int order = 2);
std::unique_ptr<Scheduler> make_unipc(Grid grid, int order = 2);  // on a grid of the caller's
std::unique_ptr<Scheduler> make_dpmpp(int steps, double shift);
std::unique_ptr<Scheduler> make_euler(int steps, double shift);
std::unique_ptr<Scheduler> make_heun(int steps, double shift);
std::unique_ptr<Scheduler> make_distilled(int steps, double shift);

}  // namespace gallop::schedulers
