#include "arena/solve.h"

#include <cmath>

#include "arena/statistics.h"
#include "base/check.h"

namespace gallop::arena {
namespace {

// Derivatives of one vote's log-likelihood in (d, extra); `h*` are minus the second derivatives.
struct Derivatives {
  double value, d, extra, hdd, hdx, hxx;
};

Derivatives bradley_terry(double d, double o) {
  const double p = sigmoid(d);
  return {o * d - softplus(d), o - p, 0, p * (1 - p), 0, 0};
}

// arena.md 6; extra = ln nu.
Derivatives davidson(double d, double extra, double o) {
  const double top = std::max({d / 2, -d / 2, extra});
  const double a = std::exp(d / 2 - top), b = std::exp(-d / 2 - top), c = std::exp(extra - top), z = a + b + c;
  const double left = a / z, right = b / z, tie = c / z, q = left - right;
  const double chosen = o == 1 ? d / 2 : o == 0 ? -d / 2 : extra;
  return {chosen - top - std::log(z), o - 0.5 - q / 2, (o == 0.5 ? 1 : 0) - tie, (left + right - q * q) / 4, -q * tie / 2, tie * (1 - tie)};
}

// arena.md 6; extra = ln eta. The chain rule turns derivatives in eta into derivatives in its logarithm.
Derivatives rao_kupper(double d, double extra, double o) {
  const double eta = std::exp(extra), a = sigmoid(d - eta), b = sigmoid(-d - eta);
  const double left = o == 0 ? 0 : 1, right = o == 1 ? 0 : 1;
  const double grown = std::expm1(2 * eta);
  const bool tie = o == 0.5;
  const double value = -left * softplus(eta - d) - right * softplus(eta + d) + (tie ? std::log(grown) : 0);
  const double by_eta = -left * (1 - a) - right * (1 - b) + (tie ? 2 * (grown + 1) / grown : 0);
  const double curve = -left * a * (1 - a) - right * b * (1 - b) - (tie ? 4 * (grown + 1) / (grown * grown) : 0);
  const double cross = left * a * (1 - a) - right * b * (1 - b);
  return {value,        left * (1 - a) - right * (1 - b),   eta * by_eta, left * a * (1 - a) + right * b * (1 - b),
          -eta * cross, -(eta * eta * curve + eta * by_eta)};
}

Derivatives vote_derivatives(Ties ties, double d, double extra, double o) {
  if (ties == Ties::davidson) return davidson(d, extra, o);
  if (ties == Ties::rao_kupper) return rao_kupper(d, extra, o);
  return bradley_terry(d, o);
}

// Cells of one pair folded to what the likelihood needs; three outcomes at most for a tie model.
std::vector<Cell> folded(const Board& board, Ties ties) {
  if (ties == Ties::davidson || ties == Ties::rao_kupper) return board.cells;
  std::vector<Cell> pairs;
  for (const auto& cell : board.cells) {
    if (pairs.empty() || pairs.back().i != cell.i || pairs.back().j != cell.j) pairs.push_back({cell.i, cell.j, 0, 0, 0, 0});
    pairs.back().o += cell.w * cell.o;
    pairs.back().w += cell.w;
  }
  for (auto& pair : pairs) pair.o /= pair.w;
  return pairs;
}

double likelihood(const std::vector<Cell>& cells, Ties ties, const Penalty& penalty, const Eigen::VectorXd& theta, double extra) {
  double sum = 0;
  for (const auto& cell : cells) sum += cell.w * vote_derivatives(ties, theta[cell.i] - theta[cell.j], extra, cell.o).value;
  sum -= 0.5 * penalty.ridge * theta.squaredNorm();
  if (penalty.phantom > 0)
    for (const double value : theta) sum += penalty.phantom * (0.5 * value - softplus(value));
  return sum;
}

struct System {
  Eigen::VectorXd gradient;
  Eigen::MatrixXd information;
};

System assemble(const std::vector<Cell>& cells, Ties ties, const Penalty& penalty, const Eigen::VectorXd& theta, double extra,
                std::size_t size) {
  const auto p = static_cast<Eigen::Index>(size);
  const Eigen::Index n = theta.size();
  System system{Eigen::VectorXd::Zero(p), Eigen::MatrixXd::Zero(p, p)};
  auto& [g, h] = system;
  for (const auto& cell : cells) {
    const auto at = vote_derivatives(ties, theta[cell.i] - theta[cell.j], extra, cell.o);
    g[cell.i] += cell.w * at.d;
    g[cell.j] -= cell.w * at.d;
    h(cell.i, cell.i) += cell.w * at.hdd;
    h(cell.j, cell.j) += cell.w * at.hdd;
    h(cell.i, cell.j) -= cell.w * at.hdd;
    h(cell.j, cell.i) -= cell.w * at.hdd;
    if (p > n) {
      g[n] += cell.w * at.extra;
      h(n, n) += cell.w * at.hxx;
      h(cell.i, n) += cell.w * at.hdx;
      h(cell.j, n) -= cell.w * at.hdx;
      h(n, cell.i) += cell.w * at.hdx;
      h(n, cell.j) -= cell.w * at.hdx;
    }
  }
  for (Eigen::Index i = 0; i < n; ++i) {
    const double s = sigmoid(theta[i]);
    g[i] += penalty.phantom * (0.5 - s) - penalty.ridge * theta[i];
    h(i, i) += penalty.phantom * s * (1 - s) + penalty.ridge;
  }
  return system;
}

double gauge_of(const Eigen::MatrixXd& h, Eigen::Index n) { return h.topLeftCorner(n, n).trace() / static_cast<double>(n * n); }

Eigen::VectorXd newton_step(const System& system, Eigen::Index n, bool regular) {
  Eigen::MatrixXd h = system.information;
  if (!regular) h.topLeftCorner(n, n).array() += gauge_of(h, n);
  for (double damping = 0; damping < 1e12; damping = damping == 0 ? 1e-9 * h.trace() : damping * 100) {
    Eigen::MatrixXd damped = h;
    damped.diagonal().array() += damping;
    const Eigen::LLT<Eigen::MatrixXd> factor(damped);
    if (factor.info() == Eigen::Success) return factor.solve(system.gradient);
  }
  throw InvalidArgument("votes: the likelihood has no curvature; the votes do not determine the ratings; set phantom (for example 0.1)");
}

}  // namespace

Fit solve(const Board& board, Ties ties, const Penalty& penalty, const Fit* start) {
  const auto n = static_cast<Eigen::Index>(board.models);
  const std::size_t size = parameters(board, ties);
  const auto cells = folded(board, ties);
  Fit fit = start ? *start : Fit{.theta = Eigen::VectorXd::Zero(n), .extra = -1.5};
  double value = likelihood(cells, ties, penalty, fit.theta, fit.extra);
  for (fit.steps = 1; fit.steps <= 100; ++fit.steps) {
    const auto system = assemble(cells, ties, penalty, fit.theta, fit.extra, size);
    fit.gradient = system.gradient.cwiseAbs().maxCoeff();
    Eigen::VectorXd step = newton_step(system, n, penalty.any());
    const double longest = step.cwiseAbs().maxCoeff();
    if (longest > 3) step *= 3 / longest;
    for (int halvings = 0;; ++halvings) {
      Eigen::VectorXd theta = fit.theta + step.head(n);
      if (!penalty.any()) theta.array() -= theta.mean();
      const double extra = fit.extra + (step.size() > n ? step[n] : 0);
      const double tried = likelihood(cells, ties, penalty, theta, extra);
      if (tried >= value - 1e-11 * std::abs(value) || halvings > 60) {
        fit.theta = std::move(theta);
        fit.extra = extra;
        value = tried;
        break;
      }
      step *= 0.5;
    }
    if (step.cwiseAbs().maxCoeff() < 1e-10) {
      fit.log_likelihood = value;
      fit.gradient = assemble(cells, ties, penalty, fit.theta, fit.extra, size).gradient.cwiseAbs().maxCoeff();
      return fit;
    }
  }
  throw InvalidArgument(
      fmt::format("votes: the fit did not settle in 100 steps (gradient {:.3g}); expected finite ratings; set phantom (for example 0.1)",
                  fit.gradient));
}

Eigen::MatrixXd information(const Board& board, Ties ties, const Penalty& penalty, const Fit& fit) {
  return assemble(folded(board, ties), ties, penalty, fit.theta, fit.extra, parameters(board, ties)).information;
}

VoteScore vote_score(Ties ties, const Fit& fit, std::uint32_t i, std::uint32_t j, double o) {
  const auto at = vote_derivatives(ties, fit.theta[i] - fit.theta[j], fit.extra, o);
  return {at.d, at.extra};
}

Eigen::MatrixXd gauge_inverse(Eigen::MatrixXd h, std::size_t models, bool regular) {
  const auto n = static_cast<Eigen::Index>(models), p = h.rows();
  const double mu = regular ? 0 : gauge_of(h, n);
  h.topLeftCorner(n, n).array() += mu;
  Eigen::MatrixXd inverse = h.llt().solve(Eigen::MatrixXd::Identity(p, p));
  if (!regular) inverse.topLeftCorner(n, n).array() -= 1 / (mu * static_cast<double>(n * n));
  return inverse;
}

}  // namespace gallop::arena
