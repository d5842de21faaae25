// Ratings beside covariates. arena.md 9.
#include <cmath>

#include "arena/assemble.h"
#include "arena/connectivity.h"
#include "arena/statistics.h"
#include "base/check.h"

namespace gallop {
namespace arena {
namespace {

struct Row {
  std::uint32_t i, j;
  double o, w;
  const double* x;
};

// One joint Newton system over ratings and effects.
struct Joint {
  Eigen::VectorXd gradient;
  Eigen::MatrixXd information, scores;
  double value = 0;
};

Joint joint(const std::vector<Row>& rows, Eigen::Index n, Eigen::Index f, const Eigen::VectorXd& at, double ridge, const Penalty& penalty) {
  Joint sum{Eigen::VectorXd::Zero(n + f), Eigen::MatrixXd::Zero(n + f, n + f), Eigen::MatrixXd::Zero(n + f, n + f)};
  std::vector<std::pair<Eigen::Index, double>> entries(static_cast<std::size_t>(f) + 2);
  for (const auto& row : rows) {
    entries[0] = {row.i, 1.0};
    entries[1] = {row.j, -1.0};
    double d = at[row.i] - at[row.j];
    for (Eigen::Index k = 0; k < f; ++k) {
      d += row.x[k] * at[n + k];
      entries[static_cast<std::size_t>(k) + 2] = {n + k, row.x[k]};
    }
    const double p = sigmoid(d), residual = row.w * (row.o - p), curve = row.w * p * (1 - p);
    sum.value += row.w * (row.o * d - softplus(d));
    for (const auto& [a, xa] : entries) {
      sum.gradient[a] += residual * xa;
      for (const auto& [b, xb] : entries) {
        sum.information(a, b) += curve * xa * xb;
        sum.scores(a, b) += residual * residual * xa * xb;
      }
    }
  }
  for (Eigen::Index k = 0; k < n + f; ++k) {
    const double lambda = k < n ? penalty.ridge : ridge;
    sum.gradient[k] -= lambda * at[k];
    sum.information(k, k) += lambda;
    sum.value -= 0.5 * lambda * at[k] * at[k];
  }
  for (Eigen::Index k = 0; k < n && penalty.phantom > 0; ++k) {
    const double s = sigmoid(at[k]);
    sum.gradient[k] += penalty.phantom * (0.5 - s);
    sum.information(k, k) += penalty.phantom * s * (1 - s);
    sum.value += penalty.phantom * (0.5 * at[k] - softplus(at[k]));
  }
  return sum;
}

}  // namespace
}  // namespace arena

inline namespace v0 {

AdjustedRatings fit_adjusted(const VoteColumns& votes, std::span<const double> x, std::size_t features, double feature_ridge,
                             const RatingOptions& options) {
  using namespace arena;
  check_options(options, votes.models);
  GALLOP_CHECK(features > 0 && features <= 1000 && x.size() == features * votes.left.size(), InvalidArgument,
               "x: {} entries, expected votes {} x features {}", x.size(), votes.left.size(), features);
  GALLOP_CHECK(std::isfinite(feature_ridge) && feature_ridge >= 0, InvalidArgument, "feature_ridge: {}, expected 0 or more", feature_ridge);
  for (const double value : x) GALLOP_CHECK(std::isfinite(value), InvalidArgument, "x: found {}, expected finite covariates", value);
  GALLOP_CHECK(options.cluster == Cluster::none && (options.ties == Ties::half || options.ties == Ties::drop) &&
                   (options.interval == Interval::sandwich || options.interval == Interval::naive),
               InvalidArgument, "options: adjusted ratings have sandwich or naive intervals and half-win ties only");
  const Board board = make_board(votes, options);
  const Penalty penalty{options.ridge, options.phantom};
  if (!penalty.any()) require_finite(board);
  const auto weight = vote_weights(votes, board, options);
  std::vector<Row> rows;
  double total = 0;
  for (std::size_t k = 0; k < votes.left.size(); ++k) {
    const double o = left_share(votes, k, options);
    if (o < 0) continue;
    rows.push_back({votes.left[k], votes.right[k], o, weight(k), x.data() + k * features});
    total += rows.back().w;
  }
  for (auto& row : rows) row.w *= static_cast<double>(rows.size()) / total;  // mean 1, so that the ridge keeps its meaning
  const auto n = static_cast<Eigen::Index>(votes.models), f = static_cast<Eigen::Index>(features);
  Eigen::VectorXd at = Eigen::VectorXd::Zero(n + f);
  Joint sum = joint(rows, n, f, at, feature_ridge, penalty);
  int steps = 1;
  for (double longest = 1; longest >= 1e-10; ++steps) {
    GALLOP_CHECK(steps <= 100, InvalidArgument,
                 "votes: the adjusted fit did not settle in 100 steps; a covariate may decide votes alone; set feature_ridge");
    Eigen::MatrixXd h = sum.information;
    if (!penalty.any()) h.topLeftCorner(n, n).array() += h.topLeftCorner(n, n).trace() / static_cast<double>(n * n);
    const Eigen::LLT<Eigen::MatrixXd> factor(h);
    const double rcond = factor.info() == Eigen::Success ? factor.rcond() : 0;
    GALLOP_CHECK(rcond > 1e-14, InvalidArgument,
                 "x: the covariates are constant or repeat each other or the models; expected independent ones, or set feature_ridge");
    Eigen::VectorXd step = factor.solve(sum.gradient);
    longest = step.cwiseAbs().maxCoeff();
    if (longest > 3) step *= 3 / longest;
    for (int halvings = 0;; ++halvings) {
      Joint tried = joint(rows, n, f, at + step, feature_ridge, penalty);
      if (tried.value >= sum.value - 1e-11 * std::abs(sum.value) || halvings > 60) {
        at += step;
        sum = std::move(tried);
        break;
      }
      step *= 0.5;
      longest *= 0.5;
    }
  }
  const Eigen::MatrixXd inverse = gauge_inverse(sum.information, votes.models, penalty.any());
  const Eigen::MatrixXd v = options.interval == Interval::naive ? inverse : Eigen::MatrixXd(inverse * sum.scores * inverse);
  const Fit fit{.theta = at.head(n), .log_likelihood = sum.value, .gradient = sum.gradient.cwiseAbs().maxCoeff(), .steps = steps};
  AdjustedRatings result{.ratings = assemble_ratings(board, fit, v.topLeftCorner(n, n), options)};
  for (Eigen::Index k = n; k < n + f; ++k) {
    result.effect.push_back(at[k]);
    result.effect_se.push_back(std::sqrt(std::max(0.0, v(k, k))));
  }
  return result;
}

std::vector<double> relative_difference(std::span<const double> left, std::span<const double> right) {
  GALLOP_CHECK(left.size() == right.size(), InvalidArgument, "right: {} entries, expected {} as left has", right.size(), left.size());
  std::vector<double> x(left.size());
  double mean = 0, square = 0;
  for (std::size_t k = 0; k < x.size(); ++k) {
    GALLOP_CHECK(left[k] >= 0 && right[k] >= 0, InvalidArgument, "entry {}: {} and {}, expected sizes of 0 or more", k, left[k], right[k]);
    x[k] = left[k] + right[k] > 0 ? (left[k] - right[k]) / (left[k] + right[k]) : 0;
    mean += x[k] / static_cast<double>(x.size());
  }
  for (const double value : x) square += (value - mean) * (value - mean) / static_cast<double>(x.size());
  const double deviation = square > 0 ? std::sqrt(square) : 1;
  for (double& value : x) value /= deviation;
  return x;
}

}  // namespace v0
}  // namespace gallop
