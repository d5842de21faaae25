#include "arena/assemble.h"

#include <cmath>
#include <limits>

#include "arena/covariance.h"
#include "arena/ranks.h"
#include "arena/statistics.h"
#include "base/check.h"

namespace gallop::arena {
namespace {

void fill_counts(const Board& board, Ratings& r) {
  const std::size_t n = board.models;
  std::vector<double> shares(n, 0), opponents(n, 0);
  r.votes.assign(n, 0);
  double w = 0, ww = 0;
  for (std::size_t at = 0; at < board.cells.size();) {  // the cells of a pair lie together
    const auto i = board.cells[at].i, j = board.cells[at].j;
    double games = 0, points = 0;
    for (; at < board.cells.size() && board.cells[at].i == i && board.cells[at].j == j; ++at) {
      const auto& cell = board.cells[at];
      games += cell.m;
      points += cell.m * cell.o;
      w += cell.w;
      ww += cell.ww;
    }
    for (const auto& [model, share] : {std::pair(i, points / games), std::pair(j, 1 - points / games)}) {
      r.votes[model] += games;
      shares[model] += share;
      ++opponents[model];
    }
  }
  r.total_votes = board.total;
  r.effective_votes = w * w / ww;
  const double nan = std::numeric_limits<double>::quiet_NaN();
  for (std::size_t i = 0; i < n; ++i) {
    r.mean_score.push_back(opponents[i] > 0 ? shares[i] / opponents[i] : nan);
    const double seen = board.appearances.empty() ? 0 : board.appearances[i];
    r.both_bad_rate.push_back(seen > 0 ? board.both_bad[i] / seen : nan);
  }
}

// theta is shown relative to q.theta.
Eigen::VectorXd gauge(const Ratings& r, const RatingOptions& options) {
  const auto n = static_cast<Eigen::Index>(r.votes.size());
  if (options.anchor) return Eigen::VectorXd::Unit(n, *options.anchor);
  if (!options.anchor_by_votes) return Eigen::VectorXd::Constant(n, 1.0 / static_cast<double>(n));
  const Eigen::VectorXd q = Eigen::Map<const Eigen::VectorXd>(r.votes.data(), n);
  return q / q.sum();
}

}  // namespace

void check_options(const RatingOptions& options, std::size_t models) {
  GALLOP_CHECK(options.confidence > 0 && options.confidence < 1, InvalidArgument,
               "confidence: {}, expected between 0 and 1, for example 0.95", options.confidence);
  GALLOP_CHECK(std::isfinite(options.ridge) && options.ridge >= 0, InvalidArgument, "ridge: {}, expected 0 or more", options.ridge);
  GALLOP_CHECK(std::isfinite(options.phantom) && options.phantom >= 0, InvalidArgument, "phantom: {}, expected 0 or more", options.phantom);
  GALLOP_CHECK(options.reweight_floor > 0, InvalidArgument, "reweight_floor: {}, expected above 0", options.reweight_floor);
  GALLOP_CHECK(std::isfinite(options.anchor_value), InvalidArgument, "anchor_value: {}, expected a finite rating", options.anchor_value);
  GALLOP_CHECK(!options.anchor || *options.anchor < models, InvalidArgument, "anchor: model {}, expected an index below {}",
               *options.anchor, models);
}

Ratings assemble_ratings(const Board& board, const Fit& fit, const Eigen::MatrixXd& covariance, const RatingOptions& options) {
  const auto n = static_cast<Eigen::Index>(board.models);
  Ratings r;
  fill_counts(board, r);
  const Eigen::VectorXd q = gauge(r, options);
  const double centre = options.anchor ? options.anchor_value : 1000, shift = q.dot(fit.theta);
  const Eigen::MatrixXd v = regauged(covariance, q);
  const double z = normal_quantile(0.5 + options.confidence / 2);
  r.multiplier = options.simultaneous ? std::sqrt(chi_square_quantile(options.confidence, static_cast<double>(n - 1))) : z;
  r.covariance.resize(board.models * board.models);
  for (Eigen::Index i = 0; i < n; ++i) {
    for (Eigen::Index j = 0; j < n; ++j) r.covariance[static_cast<std::size_t>(i * n + j)] = kEloPerNatural * kEloPerNatural * v(i, j);
    const double rating = centre + kEloPerNatural * (fit.theta[i] - shift), se = kEloPerNatural * std::sqrt(std::max(0.0, v(i, i)));
    const bool anchored = options.anchor && *options.anchor == static_cast<std::uint32_t>(i);
    r.rating.push_back(rating);
    r.se.push_back(anchored ? 0 : se);
    r.lower.push_back(rating - r.multiplier * r.se.back());
    r.upper.push_back(rating + r.multiplier * r.se.back());
  }
  if (options.ties == Ties::davidson || options.ties == Ties::rao_kupper) r.tie_parameter = std::exp(fit.extra);
  r.log_likelihood = fit.log_likelihood;
  r.steps = fit.steps;
  r.gradient_norm = fit.gradient;
  fill_ranks(r, z);
  return r;
}

}  // namespace gallop::arena
