// UniPC, "bh2" form with corrector, predicting the sample (arXiv 2302.04867; wan.md 5.3).
#include <algorithm>
#include <cmath>

#include "schedulers/grids.h"
#include "schedulers/scheduler.h"

namespace gallop::schedulers {
namespace {

Grid unipc_grid(int steps, double shift) {
  auto sigmas = linear(1.0, 0.001, steps + 1);
  sigmas.pop_back();
  for (auto& sigma : sigmas) sigma = shifted(sigma, shift);
  if (std::abs(sigmas[0] - 1.0) < 1e-6) sigmas[0] -= 1e-6;  // keeps lambda finite
  Grid grid;
  for (const auto sigma : sigmas) grid.timesteps.push_back(std::trunc(sigma * 1000.0));
  grid.sigmas = stored(sigmas);
  return grid;
}

// Solves the small system sum_j points[j]^i x[j] = right[i], i = 0.. (at most three unknowns), by elimination.
std::vector<double> solve(const std::vector<double>& points, std::vector<double> right) {
  const auto n = points.size();
  std::vector<std::vector<double>> a(n, std::vector<double>(n));
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < n; ++j) a[i][j] = std::pow(points[j], static_cast<double>(i));
  for (std::size_t p = 0; p < n; ++p) {
    for (std::size_t i = p + 1; i < n; ++i)
      if (std::abs(a[i][p]) > std::abs(a[p][p])) {
        std::swap(a[i], a[p]);
        std::swap(right[i], right[p]);
      }
    for (std::size_t i = p + 1; i < n; ++i) {
      const double factor = a[i][p] / a[p][p];
      for (std::size_t j = p; j < n; ++j) a[i][j] -= factor * a[p][j];
      right[i] -= factor * right[p];
    }
  }
  for (std::size_t i = n; i-- > 0;) {
    for (std::size_t j = i + 1; j < n; ++j) right[i] -= a[i][j] * right[j];
    right[i] /= a[i][i];
  }
  return right;
}

class UniPc : public Scheduler {
 public:
  UniPc(Grid grid, int order) : Scheduler(std::move(grid)), order_(order) {}

  SolverState state() const override {
    auto state = Scheduler::state();
    state.counters = {used_order_, warm_};
    state.tensors.push_back(last_sample_);
    state.tensors.insert(state.tensors.end(), predictions_.begin(), predictions_.end());
    return state;
  }
  void restore(const SolverState& state) override {
    Scheduler::restore(state);
    used_order_ = static_cast<int>(state.counters.at(0));
    warm_ = static_cast<int>(state.counters.at(1));
    last_sample_ = state.tensors.at(0);
    predictions_.assign(state.tensors.begin() + 1, state.tensors.end());
  }

 private:
  // Exponential coefficients of one interval.
  struct Interval {
    double lambda0, h, phi, ratio, alpha;
  };
  Interval interval(int from, int to) const {
    const double s = sigma(from), t = sigma(to);
    const double lambda0 = lambda_of(s), h = lambda_of(t) - lambda0;
    return {lambda0, h, std::expm1(-h), t / s, 1.0 - t};
  }
  static std::vector<double> targets(double h, double phi, int order) {
    const double hh = -h;
    double g = phi / hh - 1.0, factorial = 1.0;
    std::vector<double> values;
    for (int i = 1; i <= order; ++i) {
      values.push_back(g * factorial / phi);
      factorial *= i + 1;
      g = g / hh - 1.0 / factorial;
    }
    return values;
  }

  at::Tensor advance(const at::Tensor& v, const at::Tensor& sample) override {
    const auto clean = sample - v * sigma(evaluation_);
    const auto x = evaluation_ > 0 && last_sample_.defined() ? corrected(clean) : sample;
    predictions_.insert(predictions_.begin(), clean);
    if (predictions_.size() > static_cast<std::size_t>(order_)) predictions_.pop_back();
    used_order_ = std::min({order_, evaluations() - evaluation_, warm_ + 1});
    last_sample_ = x;
    warm_ = std::min(warm_ + 1, order_);
    return predicted(x);
  }

  at::Tensor predicted(const at::Tensor& x) const {
    if (sigma(evaluation_ + 1) == 0.0) return predictions_[0];  // lambda is infinite there
    const auto [lambda0, h, phi, ratio, alpha] = interval(evaluation_, evaluation_ + 1);
    auto next = x * ratio - predictions_[0] * (alpha * phi);
    if (used_order_ < 2) return next;
    std::vector<double> points;
    for (int i = 1; i < used_order_; ++i) points.push_back((lambda_of(sigma(evaluation_ - i)) - lambda0) / h);
    auto right = targets(h, phi, used_order_);
    right.pop_back();
    const auto weights = used_order_ == 2 ? std::vector<double>{0.5} : solve(points, right);
    for (std::size_t i = 0; i < points.size(); ++i)
      next -= (predictions_[i + 1] - predictions_[0]) * (alpha * phi * weights[i] / points[i]);
    return next;
  }

  // The sample at this noise level again, now that the prediction made here is known.
  at::Tensor corrected(const at::Tensor& clean) const {
    const auto [lambda0, h, phi, ratio, alpha] = interval(evaluation_ - 1, evaluation_);
    auto x = last_sample_ * ratio - predictions_[0] * (alpha * phi);
    std::vector<double> points;
    for (int i = 1; i < used_order_; ++i) points.push_back((lambda_of(sigma(evaluation_ - 1 - i)) - lambda0) / h);
    points.push_back(1.0);
    const auto weights = used_order_ == 1 ? std::vector<double>{0.5} : solve(points, targets(h, phi, used_order_));
    for (std::size_t i = 0; i + 1 < points.size(); ++i)
      x -= (predictions_[i + 1] - predictions_[0]) * (alpha * phi * weights[i] / points[i]);
    return x - (clean - predictions_[0]) * (alpha * phi * weights.back());
  }

  int order_;
  int used_order_ = 1;
  int warm_ = 0;
  at::Tensor last_sample_;
  std::vector<at::Tensor> predictions_;  // newest first
};

}  // namespace

std::unique_ptr<Scheduler> make_unipc(int steps, double shift, int order) { return make_unipc(unipc_grid(steps, shift), order); }
std::unique_ptr<Scheduler> make_unipc(Grid grid, int order) { return std::make_unique<UniPc>(std::move(grid), order); }

}  // namespace gallop::schedulers
