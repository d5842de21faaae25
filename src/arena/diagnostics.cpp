// What to look at before publishing. arena.md 11.
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <map>

#include "arena/connectivity.h"
#include "arena/covariance.h"
#include "arena/statistics.h"
#include "base/check.h"

namespace gallop {
namespace arena {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

void fill_fit(const Board& board, const Fit& fit, Diagnostics& d) {
  const std::size_t n = board.models;
  d.observed.assign(n * n, kNaN);
  d.predicted.assign(n * n, 0.5);
  d.pair_votes.assign(n * n, 0);
  std::vector<double> points(n * n, 0);
  for (const auto& cell : board.cells) {
    d.pair_votes[cell.i * n + cell.j] += cell.m;
    points[cell.i * n + cell.j] += cell.m * cell.o;
  }
  const auto entropy = [](double share, double p) { return share > 0 ? share * std::log(share / p) : 0.0; };
  int pairs = 0;
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = i + 1; j < n; ++j) {
      const double p = sigmoid(fit.theta[static_cast<Eigen::Index>(i)] - fit.theta[static_cast<Eigen::Index>(j)]);
      d.predicted[i * n + j] = p;
      d.predicted[j * n + i] = 1 - p;
      const double m = d.pair_votes[i * n + j];
      if (m == 0) continue;
      const double share = points[i * n + j] / m;
      d.pair_votes[j * n + i] = m;
      d.observed[i * n + j] = share;
      d.observed[j * n + i] = 1 - share;
      d.deviance += 2 * m * (entropy(share, p) + entropy(1 - share, 1 - p));
      ++pairs;
    }
  d.degrees = pairs - static_cast<int>(n - 1);
  d.p_value = d.degrees > 0 ? 1 - chi_square_cdf(d.deviance, d.degrees) : 1;
}

// First-order change of theta_a - theta_b by one vote of each cell.
double influence_on(const Eigen::VectorXd& direction, const Fit& fit, std::uint32_t i, std::uint32_t j, double o) {
  return (direction[i] - direction[j]) * (o - sigmoid(fit.theta[i] - fit.theta[j]));
}

// Removes the votes that hold the leader up, most helpful first, until the gap to the second is gone.
void fill_fragility(const Board& board, const Fit& fit, const Eigen::MatrixXd& inverse, Diagnostics& d) {
  Eigen::Index first = 0, second = 0;
  fit.theta.maxCoeff(&first);
  double best = -std::numeric_limits<double>::infinity();
  for (Eigen::Index i = 0; i < fit.theta.size(); ++i)
    if (i != first && fit.theta[i] > best) best = fit.theta[second = i];
  const Eigen::VectorXd direction = inverse.row(first) - inverse.row(second);
  std::vector<std::pair<double, double>> helpful;  // influence of one vote, votes
  for (const auto& cell : board.cells) {
    const double one = cell.w / cell.m * influence_on(direction, fit, cell.i, cell.j, cell.o);
    if (one > 0) helpful.emplace_back(one, cell.m);
  }
  std::sort(helpful.rbegin(), helpful.rend());
  double gap = fit.theta[first] - fit.theta[second], removed = 0;
  for (const auto& [one, votes] : helpful) {
    const double needed = std::floor(gap / one) + 1;
    if (needed <= votes) {
      d.flips_first = static_cast<std::int64_t>(removed + needed);
      d.flips_share = static_cast<double>(*d.flips_first) / board.total;
      return;
    }
    removed += votes;
    gap -= one * votes;
  }
}

void fill_sides(const VoteColumns& votes, Diagnostics& d) {
  double counts[5] = {};
  for (const auto outcome : votes.outcome) ++counts[outcome];
  const double decisive = counts[0] + counts[1], rated = decisive + counts[2] + counts[3], z = normal_quantile(0.975);
  d.left_share = d.left_lower = d.left_upper = kNaN;
  if (rated > 0) {
    d.tie_rate = counts[2] / rated;
    d.both_bad_rate = counts[3] / rated;
  }
  if (decisive == 0) return;
  d.left_share = counts[0] / decisive;
  const double centre = d.left_share + z * z / (2 * decisive), scale = 1 + z * z / decisive;
  const double half = z * std::sqrt(d.left_share * (1 - d.left_share) / decisive + z * z / (4 * decisive * decisive));
  d.left_lower = (centre - half) / scale;
  d.left_upper = (centre + half) / scale;
}

void fill_voters(const VoteColumns& votes, Diagnostics& d) {
  d.top_voters_share = d.voter_alpha = kNaN;
  if (votes.voter.empty()) return;
  std::map<std::uint32_t, double> busy;
  for (const auto voter : votes.voter) ++busy[voter];
  std::vector<double> counts;
  for (const auto& [voter, count] : busy) counts.push_back(count);
  std::sort(counts.rbegin(), counts.rend());
  const std::size_t top = std::max<std::size_t>(1, counts.size() / 100);
  double sum = 0;
  for (std::size_t k = 0; k < top; ++k) sum += counts[k];
  d.top_voters_share = sum / static_cast<double>(votes.voter.size());
  if (votes.prompt.empty() || !votes.soft.empty()) return;
  // Krippendorff, nominal: units are (prompt, pair); values win of the lower model, of the higher, tie, both bad.
  std::map<std::tuple<std::uint32_t, std::uint32_t, std::uint32_t>, std::array<double, 4>> units;
  for (std::size_t k = 0; k < votes.left.size(); ++k) {
    if (votes.outcome[k] > 3) continue;
    const bool swapped = votes.left[k] > votes.right[k];
    const std::size_t value = votes.outcome[k] < 2 && swapped ? 1U - votes.outcome[k] : votes.outcome[k];
    ++units[{votes.prompt[k], std::min(votes.left[k], votes.right[k]), std::max(votes.left[k], votes.right[k])}][value];
  }
  double total = 0, disagreed = 0;
  std::array<double, 4> sums{};
  for (const auto& [key, values] : units) {
    const double m = values[0] + values[1] + values[2] + values[3];
    if (m < 2) continue;
    double same = 0;
    for (std::size_t v = 0; v < 4; ++v) {
      same += values[v] * (values[v] - 1);
      sums[v] += values[v];
    }
    disagreed += (m * (m - 1) - same) / (m - 1);
    total += m;
  }
  double expected = total * (total - 1);
  for (const double s : sums) expected -= s * (s - 1);
  if (expected > 0) d.voter_alpha = 1 - (total - 1) * disagreed / expected;
}

}  // namespace
}  // namespace arena

inline namespace v0 {

Diagnostics diagnose(const VoteColumns& votes, const RatingOptions& options) {
  using namespace arena;
  const Board board = make_board(votes, options);
  Diagnostics d{.components = components(board), .strong = strong_components(board)};
  fill_sides(votes, d);
  fill_voters(votes, d);
  const Penalty penalty{options.ridge, options.phantom};
  if (d.strong.size() > 1 && !penalty.any()) return d;  // nothing was fitted: the lists say why
  const Fit fit = solve(board, Ties::half, penalty);
  fill_fit(board, fit, d);
  fill_fragility(board, fit, gauge_inverse(information(board, Ties::half, penalty, fit), board.models, penalty.any()), d);
  return d;
}

double vote_influence(const VoteColumns& votes, std::uint32_t i, std::uint32_t j, double o, std::uint32_t a, std::uint32_t b) {
  using namespace arena;
  const Board board = make_board(votes, {});
  for (const auto model : {i, j, a, b})
    GALLOP_CHECK(model < votes.models, InvalidArgument, "model {}: expected an index below {}", model, votes.models);
  require_finite(board);
  const Fit fit = solve(board, Ties::half, {});
  const auto inverse = gauge_inverse(information(board, Ties::half, {}, fit), board.models, false);
  return kEloPerNatural * influence_on(inverse.row(a) - inverse.row(b), fit, i, j, o);
}

}  // namespace v0
}  // namespace gallop
