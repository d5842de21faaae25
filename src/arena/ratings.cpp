// The public fits on votes without covariates.
#include <algorithm>

#include "arena/assemble.h"
#include "arena/bootstrap.h"
#include "arena/connectivity.h"
#include "arena/covariance.h"
#include "arena/ranks.h"
#include "arena/statistics.h"
#include "base/check.h"

namespace gallop {
namespace arena {
namespace {

void require_ties(const Board& board, Ties ties) {
  if (parameters(board, ties) == board.models) return;
  bool any = false;
  for (const auto& cell : board.cells) {
    GALLOP_CHECK(cell.o == 0 || cell.o == 0.5 || cell.o == 1, InvalidArgument,
                 "ties: a tie model needs outcomes left, right or tie; found a soft outcome {}; use half", cell.o);
    any = any || cell.o == 0.5;
  }
  GALLOP_CHECK(any, InvalidArgument, "ties: no vote is a tie, so a tie model has nothing to estimate; use half");
}

// arena.md 7.1: the reference adds rho to the information instead of a gauge.
Eigen::MatrixXd parity_inverse(Eigen::MatrixXd h, const Board& board) {
  const bool plain = std::all_of(board.cells.begin(), board.cells.end(), [](const Cell& cell) { return cell.w == cell.m; });
  h.diagonal().array() += 1e-5 * (plain ? board.total : 1.0);
  return h.llt().solve(Eigen::MatrixXd::Identity(h.rows(), h.rows()));
}

Eigen::MatrixXd analytic_covariance(const VoteColumns* votes, const Board& board, const Penalty& penalty, const Fit& fit,
                                    const RatingOptions& options, std::vector<std::string>& notes) {
  const auto h = information(board, options.ties, penalty, fit);
  const bool parity = options.interval == Interval::parity;
  GALLOP_CHECK(!parity || h.rows() == static_cast<Eigen::Index>(board.models), InvalidArgument,
               "interval: parity exists for half-win ties only");
  const Eigen::MatrixXd inverse = parity ? parity_inverse(h, board) : gauge_inverse(h, board.models, penalty.any());
  const auto n = static_cast<Eigen::Index>(board.models);
  if (options.cluster != Cluster::none && votes)
    return clustered_covariance(*votes, board, fit, inverse, options, notes).topLeftCorner(n, n);
  if (options.interval == Interval::naive) return inverse.topLeftCorner(n, n);
  const Eigen::MatrixXd v = inverse * score_covariance(board, options.ties, fit) * inverse;
  return v.topLeftCorner(n, n);
}

// Percentile intervals and shares of first places.
void add_bootstrap(const Replicates& drawn, const RatingOptions& options, Ratings& r) {
  const auto count = drawn.theta.rows(), n = drawn.theta.cols();
  Eigen::VectorXd q = Eigen::VectorXd::Constant(n, 1.0 / static_cast<double>(n));
  if (options.anchor) q = Eigen::VectorXd::Unit(n, *options.anchor);
  if (!options.anchor && options.anchor_by_votes)
    q = Eigen::Map<const Eigen::VectorXd>(r.votes.data(), n) / Eigen::Map<const Eigen::VectorXd>(r.votes.data(), n).sum();
  const double centre = options.anchor ? options.anchor_value : 1000, tail = (1 - options.confidence) / 2;
  const Eigen::MatrixXd shown = ((drawn.theta.colwise() - drawn.theta * q) * kEloPerNatural).array() + centre;
  r.p_best.assign(static_cast<std::size_t>(n), 0);
  for (Eigen::Index b = 0; b < count; ++b) {
    Eigen::Index best = 0;
    shown.row(b).maxCoeff(&best);
    r.p_best[static_cast<std::size_t>(best)] += 1.0 / static_cast<double>(count);
  }
  for (Eigen::Index i = 0; i < n; ++i) {
    const std::vector<double> values(shown.col(i).begin(), shown.col(i).end());
    const auto at = static_cast<std::size_t>(i);
    r.lower[at] = percentile(values, tail);
    r.upper[at] = percentile(values, 1 - tail);
  }
  r.refitted_replicates = drawn.refitted;
}

Eigen::MatrixXd replicate_covariance(const Replicates& drawn) {
  const Eigen::MatrixXd centred = drawn.theta.rowwise() - drawn.theta.colwise().mean();
  return centred.transpose() * centred / static_cast<double>(drawn.theta.rows() - 1);
}

}  // namespace
}  // namespace arena

inline namespace v0 {

Ratings fit_ratings(const VoteColumns& votes, const RatingOptions& options) {
  using namespace arena;
  check_options(options, votes.models);
  const Board board = make_board(votes, options);
  require_ties(board, options.ties);
  const Penalty penalty{options.ridge, options.phantom};
  if (!penalty.any()) require_finite(board);
  const Fit fit = solve(board, options.ties, penalty);
  std::vector<std::string> notes;
  Ratings ratings;
  if (options.interval == Interval::bootstrap) {
    const auto drawn = bootstrap(votes, board, penalty, fit, options);
    ratings = assemble_ratings(board, fit, replicate_covariance(drawn), options);
    add_bootstrap(drawn, options, ratings);
    fill_ranks(ratings, normal_quantile(0.5 + options.confidence / 2));
    if (drawn.refitted > 0)
      notes.push_back(
          fmt::format("{} of {} replicates lost connectivity and were refitted with phantom 0.1", drawn.refitted, options.replicates));
  } else {
    ratings = assemble_ratings(board, fit, analytic_covariance(&votes, board, penalty, fit, options, notes), options);
  }
  ratings.notes = std::move(notes);
  return ratings;
}

Ratings fit_composite(std::span<const RatingSource> sources, const RatingOptions& options) {
  using namespace arena;
  GALLOP_CHECK(!sources.empty(), InvalidArgument, "sources: none given, expected at least one");
  GALLOP_CHECK(options.cluster == Cluster::none && options.interval != Interval::bootstrap && options.interval != Interval::parity &&
                   parameters({.models = 0}, options.ties) == 0,
               InvalidArgument, "options: a composite has sandwich or naive intervals and half-win ties only");
  Board joined{.models = sources[0].votes.models};
  check_options(options, joined.models);
  std::vector<std::string> notes;
  for (const auto& source : sources) {
    GALLOP_CHECK(source.votes.models == joined.models, InvalidArgument, "sources: {} and {} models, expected the same everywhere",
                 joined.models, source.votes.models);
    GALLOP_CHECK(source.share > 0, InvalidArgument, "sources: share {}, expected above 0", source.share);
    const Board board = make_board(source.votes, options);
    double weight = 0;
    for (const auto& cell : board.cells) weight += cell.w;
    const double scale = source.share / weight;
    for (auto cell : board.cells) {
      cell.w *= scale;
      cell.ww *= scale * scale;
      joined.cells.push_back(cell);
    }
    joined.total += board.total;
    notes.push_back(fmt::format("source of {} votes has share {}", board.total, source.share));
  }
  std::stable_sort(joined.cells.begin(), joined.cells.end(),
                   [](const Cell& a, const Cell& b) { return std::tie(a.i, a.j) < std::tie(b.i, b.j); });
  const Penalty penalty{options.ridge, options.phantom};
  if (!penalty.any()) require_finite(joined);
  const Fit fit = solve(joined, options.ties, penalty);
  Ratings ratings = assemble_ratings(joined, fit, analytic_covariance(nullptr, joined, penalty, fit, options, notes), options);
  ratings.notes = std::move(notes);
  return ratings;
}

}  // namespace v0
}  // namespace gallop
