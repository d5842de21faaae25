#include "arena/bootstrap.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <map>
#include <mutex>
#include <random>
#include <thread>

#include "arena/connectivity.h"
#include "arena/statistics.h"
#include "base/check.h"

namespace gallop::arena {
namespace {

constexpr double kRescuePhantom = 0.1;

// Cluster -> (cell, votes in it).
using Clusters = std::vector<std::vector<std::pair<std::uint32_t, double>>>;

Clusters cluster_cells(const VoteColumns& votes, const Board& board, const RatingOptions& options) {
  const auto& by = options.cluster == Cluster::voter ? votes.voter : votes.prompt;
  GALLOP_CHECK(options.cluster != Cluster::voter_and_prompt, InvalidArgument,
               "cluster: two-way clusters cannot be resampled; choose voter or prompt, or the sandwich interval");
  GALLOP_CHECK(!by.empty(), InvalidArgument, "cluster: the votes carry no such column; expected one entry a vote");
  std::map<std::uint32_t, std::map<std::uint32_t, double>> found;
  for (std::size_t k = 0; k < votes.left.size(); ++k) {
    double o = left_share(votes, k, options);
    if (o < 0) continue;
    auto i = votes.left[k], j = votes.right[k];
    if (i > j) {
      std::swap(i, j);
      o = 1 - o;
    }
    const auto at = std::lower_bound(board.cells.begin(), board.cells.end(), std::tie(i, j, o),
                                     [](const Cell& c, const auto& key) { return std::tie(c.i, c.j, c.o) < key; });
    found[by[k]][static_cast<std::uint32_t>(at - board.cells.begin())] += 1;
  }
  Clusters clusters;
  for (const auto& [id, cells] : found) clusters.emplace_back(cells.begin(), cells.end());
  return clusters;
}

std::vector<double> draw_multinomial(const Board& board, RandomStream& random) {
  std::vector<double> counts(board.cells.size(), 0);
  auto left = static_cast<std::int64_t>(board.total);
  double share_left = board.total;
  for (std::size_t c = 0; c < counts.size() && left > 0; ++c) {
    const double m = board.cells[c].m;
    const double p = std::min(1.0, m / share_left);
    const std::int64_t drawn = c + 1 == counts.size() || p >= 1 ? left : std::binomial_distribution<std::int64_t>(left, p)(random);
    counts[c] = static_cast<double>(drawn);
    left -= drawn;
    share_left -= m;
  }
  return counts;
}

std::vector<double> draw_clusters(const Board& board, const Clusters& clusters, RandomStream& random) {
  std::vector<double> counts(board.cells.size(), 0);
  for (std::size_t k = 0; k < clusters.size(); ++k)
    for (const auto& [cell, votes] : clusters[random.below(clusters.size())]) counts[cell] += votes;
  return counts;
}

Board resampled(const Board& board, const std::vector<double>& counts) {
  Board drawn{.models = board.models, .total = board.total};
  drawn.cells.reserve(board.cells.size());
  for (std::size_t c = 0; c < counts.size(); ++c) {
    if (counts[c] == 0) continue;
    auto cell = board.cells[c];
    const double factor = counts[c] / cell.m;
    cell.m = counts[c];
    cell.w *= factor;
    cell.ww *= factor;
    drawn.cells.push_back(cell);
  }
  return drawn;
}

bool has_ties(const Board& board) {
  return std::any_of(board.cells.begin(), board.cells.end(), [](const Cell& cell) { return cell.o == 0.5; });
}

}  // namespace

Replicates bootstrap(const VoteColumns& votes, const Board& board, const Penalty& penalty, const Fit& fit, const RatingOptions& options) {
  GALLOP_CHECK(options.replicates >= 2 && options.replicates <= 1000000, InvalidArgument, "replicates: {}, expected 2 to 1000000",
               options.replicates);
  const Clusters clusters = options.cluster == Cluster::none ? Clusters{} : cluster_cells(votes, board, options);
  Replicates result{Eigen::MatrixXd(options.replicates, static_cast<Eigen::Index>(board.models)), 0};
  std::atomic<int> next{0}, refitted{0};
  std::exception_ptr failure;
  std::mutex lock;
  const auto one = [&](int b) {
    RandomStream random(options.seed, static_cast<std::uint64_t>(b));
    const Board drawn = resampled(board, clusters.empty() ? draw_multinomial(board, random) : draw_clusters(board, clusters, random));
    Penalty used = penalty;
    const bool tied = parameters(board, options.ties) == board.models || has_ties(drawn);
    if (!used.any() && strong_components(drawn).size() > 1) {
      used.phantom = kRescuePhantom;
      ++refitted;
    }
    const auto again = solve(drawn, tied ? options.ties : Ties::half, used, &fit);
    result.theta.row(b) = (again.theta.array() - again.theta.mean()).matrix().transpose();
  };
  const auto work = [&] {
    try {
      for (int b = next++; b < options.replicates; b = next++) one(b);
    } catch (...) {
      const std::scoped_lock guard(lock);
      failure = std::current_exception();
      next = options.replicates;
    }
  };
  const auto wanted = options.threads > 0 ? static_cast<unsigned>(options.threads) : std::max(1U, std::thread::hardware_concurrency());
  {
    std::vector<std::jthread> threads;
    for (unsigned t = 1; t < std::min(wanted, 256U); ++t) threads.emplace_back(work);
    work();
  }
  if (failure) std::rethrow_exception(failure);
  result.refitted = refitted;
  return result;
}

}  // namespace gallop::arena
