// Which pair to show next: probabilities, never a fixed choice. arena.md 12.
#include <algorithm>
#include <cmath>

#include "arena/connectivity.h"
#include "arena/solve.h"
#include "arena/statistics.h"
#include "base/check.h"

namespace gallop {
namespace arena {
namespace {

constexpr double kRescuePhantom = 0.1;

// Votes and outcome variance of every pair, [n, n] upper half.
struct PairMoments {
  Eigen::MatrixXd m, sum, square;
};
PairMoments moments(const Board& board) {
  const auto n = static_cast<Eigen::Index>(board.models);
  PairMoments t{Eigen::MatrixXd::Zero(n, n), Eigen::MatrixXd::Zero(n, n), Eigen::MatrixXd::Zero(n, n)};
  for (const auto& cell : board.cells) {
    t.m(cell.i, cell.j) += cell.m;
    t.sum(cell.i, cell.j) += cell.m * cell.o;
    t.square(cell.i, cell.j) += cell.m * cell.o * cell.o;
  }
  return t;
}

double arena_gain(const PairMoments& t, std::uint32_t a, std::uint32_t b) {
  double m = t.m(a, b), v = 0.25;
  if (m < 2) {
    m = 1;
  } else {
    const double mean = t.sum(a, b) / m;
    v = std::max(0.0, t.square(a, b) / m - mean * mean);
  }
  return std::sqrt(v / m) - std::sqrt(v / (m + 1));
}

// Drop in variance by one vote between a and b, in Elo points squared.
double variance_gain(const Eigen::MatrixXd& inverse, const Fit& fit, std::uint32_t a, std::uint32_t b, const PairOptions& options) {
  const double p = sigmoid(fit.theta[a] - fit.theta[b]), h = p * (1 - p);
  const Eigen::VectorXd column = inverse.col(a) - inverse.col(b);
  const double spread = column[a] - column[b], towards = column[options.target_a] - column[options.target_b];
  const double top = options.rule == PairRule::a_opt ? column.squaredNorm() : towards * towards;
  return kEloPerNatural * kEloPerNatural * h * top / (1 + h * spread);
}

bool blocked(const PairOptions& options, std::uint32_t a, std::uint32_t b) {
  return std::any_of(options.blocked.begin(), options.blocked.end(),
                     [&](const auto& pair) { return std::minmax(pair.first, pair.second) == std::minmax(a, b); });
}

void fill_gains(const VoteColumns& votes, const PairOptions& options, std::vector<PairChance>& pairs) {
  if (options.rule == PairRule::uniform) {
    for (auto& pair : pairs) pair.gain = 1;
    return;
  }
  if (options.rule == PairRule::weights) {
    GALLOP_CHECK(options.weights.size() == votes.models, InvalidArgument, "weights: {} entries, expected one for each of {} models",
                 options.weights.size(), votes.models);
    for (auto& pair : pairs) pair.gain = options.weights[pair.a] * options.weights[pair.b];
    return;
  }
  Board board{.models = votes.models};
  if (!votes.left.empty()) board = make_board(votes, {});
  if (options.rule == PairRule::arena) {
    const auto t = moments(board);
    for (auto& pair : pairs) pair.gain = arena_gain(t, pair.a, pair.b);
    return;
  }
  GALLOP_CHECK(options.target_a < votes.models && options.target_b < votes.models && options.target_a != options.target_b, InvalidArgument,
               "target: models {} and {}, expected two below {}", options.target_a, options.target_b, votes.models);
  const Penalty penalty{0, strong_components(board).size() > 1 ? kRescuePhantom : 0};
  const Fit fit = solve(board, Ties::half, penalty);
  const auto inverse = gauge_inverse(information(board, Ties::half, penalty, fit), board.models, penalty.any());
  for (auto& pair : pairs) pair.gain = variance_gain(inverse, fit, pair.a, pair.b, options);
}

}  // namespace
}  // namespace arena

inline namespace v0 {

std::vector<PairChance> pair_chances(const VoteColumns& votes, const PairOptions& options) {
  arena::check_columns(votes);
  GALLOP_CHECK(options.explore >= 0 && options.explore <= 1, InvalidArgument, "explore: {}, expected 0 to 1", options.explore);
  std::vector<PairChance> pairs;
  for (std::uint32_t a = 0; a < votes.models; ++a)
    for (std::uint32_t b = a + 1; b < votes.models; ++b)
      if (!arena::blocked(options, a, b)) pairs.push_back({a, b, 0, 0});
  GALLOP_CHECK(!pairs.empty(), InvalidArgument, "blocked: every pair is blocked, expected at least one to draw");
  arena::fill_gains(votes, options, pairs);
  double total = 0;
  for (const auto& pair : pairs) {
    GALLOP_CHECK(std::isfinite(pair.gain) && pair.gain >= 0, InvalidArgument,
                 "weights: pair {}, {} has {}, expected finite weights of 0 or more", pair.a, pair.b, pair.gain);
    total += pair.gain;
  }
  const double uniform = 1 / static_cast<double>(pairs.size());
  for (auto& pair : pairs) pair.probability = total > 0 ? (1 - options.explore) * pair.gain / total + options.explore * uniform : uniform;
  return pairs;
}

}  // namespace v0
}  // namespace gallop
