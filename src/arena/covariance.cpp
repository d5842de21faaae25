#include "arena/covariance.h"

#include <algorithm>
#include <numeric>

#include "base/check.h"

namespace gallop::arena {
namespace {

using Keys = std::vector<std::uint64_t>;

// Adds every cluster's outer product; returns the number of clusters. Clusters are runs of equal keys once sorted.
std::size_t add_clusters(const VoteColumns& votes, const Fit& fit, const Keys& keys, const std::function<double(std::size_t)>& weight,
                         const RatingOptions& options, Eigen::MatrixXd& g) {
  std::vector<std::uint32_t> order(votes.left.size());
  std::iota(order.begin(), order.end(), 0U);
  std::stable_sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) { return keys[a] < keys[b]; });
  const Eigen::Index n = fit.theta.size(), p = g.rows();
  Eigen::VectorXd sum = Eigen::VectorXd::Zero(p);
  std::vector<Eigen::Index> touched;
  std::size_t clusters = 0;
  const auto close = [&] {
    if (touched.empty()) return;
    std::sort(touched.begin(), touched.end());
    touched.erase(std::unique(touched.begin(), touched.end()), touched.end());
    for (const auto a : touched)
      for (const auto b : touched) g(a, b) += sum[a] * sum[b];
    for (const auto a : touched) sum[a] = 0;
    touched.clear();
    ++clusters;
  };
  for (std::size_t at = 0; at < order.size(); ++at) {
    const auto k = order[at];
    if (at > 0 && keys[k] != keys[order[at - 1]]) close();
    const double o = left_share(votes, k, options);
    if (o < 0) continue;
    const auto score = vote_score(options.ties, fit, votes.left[k], votes.right[k], o);
    const double w = weight(k);
    sum[votes.left[k]] += w * score.d;
    sum[votes.right[k]] -= w * score.d;
    touched.push_back(votes.left[k]);
    touched.push_back(votes.right[k]);
    if (p > n) {
      sum[n] += w * score.extra;
      touched.push_back(n);
    }
  }
  close();
  return clusters;
}

Keys keys_of(const VoteColumns& votes, bool voter, bool prompt) {
  Keys keys(votes.left.size());
  for (std::size_t k = 0; k < keys.size(); ++k)
    keys[k] = (voter ? std::uint64_t{votes.voter[k]} << 32 : 0) | (prompt ? votes.prompt[k] : 0);
  return keys;
}

}  // namespace

Eigen::MatrixXd score_covariance(const Board& board, Ties ties, const Fit& fit) {
  const auto p = static_cast<Eigen::Index>(parameters(board, ties));
  const auto n = static_cast<Eigen::Index>(board.models);
  Eigen::MatrixXd g = Eigen::MatrixXd::Zero(p, p);
  for (const auto& cell : board.cells) {
    const auto score = vote_score(ties, fit, cell.i, cell.j, cell.o);
    const double square = cell.ww * score.d * score.d;
    g(cell.i, cell.i) += square;
    g(cell.j, cell.j) += square;
    g(cell.i, cell.j) -= square;
    g(cell.j, cell.i) -= square;
    if (p > n) {
      const double cross = cell.ww * score.d * score.extra;
      g(n, n) += cell.ww * score.extra * score.extra;
      g(cell.i, n) += cross;
      g(n, cell.i) += cross;
      g(cell.j, n) -= cross;
      g(n, cell.j) -= cross;
    }
  }
  return g;
}

Eigen::MatrixXd clustered_covariance(const VoteColumns& votes, const Board& board, const Fit& fit, const Eigen::MatrixXd& inverse,
                                     const RatingOptions& options, std::vector<std::string>& notes) {
  const auto weight = vote_weights(votes, board, options);
  const auto way = [&](bool voter, bool prompt) -> Eigen::MatrixXd {
    Eigen::MatrixXd g = Eigen::MatrixXd::Zero(inverse.rows(), inverse.rows());
    const auto count = static_cast<double>(add_clusters(votes, fit, keys_of(votes, voter, prompt), weight, options, g));
    GALLOP_CHECK(count >= 2, InvalidArgument, "votes.{}: one cluster only, expected at least two; a clustered interval does not exist",
                 voter ? "voter" : "prompt");
    if (options.cluster_correction) g *= count / (count - 1);
    return inverse * g * inverse;
  };
  GALLOP_CHECK(options.cluster == Cluster::prompt || !votes.voter.empty(), InvalidArgument,
               "votes.voter: absent, expected one voter a vote because of the clustered interval");
  GALLOP_CHECK(options.cluster == Cluster::voter || !votes.prompt.empty(), InvalidArgument,
               "votes.prompt: absent, expected one prompt a vote because of the clustered interval");
  if (options.cluster == Cluster::voter) return way(true, false);
  if (options.cluster == Cluster::prompt) return way(false, true);
  const Eigen::MatrixXd by_voter = way(true, false), by_prompt = way(false, true);
  Eigen::MatrixXd both = by_voter + by_prompt - way(true, true);
  if ((both.diagonal().array() < 0).any()) {
    both = by_voter.trace() > by_prompt.trace() ? by_voter : by_prompt;
    notes.emplace_back("two-way clustered variance was negative; the larger one-way value is shown");
  }
  return both;
}

Eigen::MatrixXd regauged(const Eigen::MatrixXd& covariance, const Eigen::VectorXd& q) {
  const Eigen::VectorXd row = covariance * q;
  const double constant = q.dot(row);
  Eigen::MatrixXd result = covariance;
  for (Eigen::Index i = 0; i < result.rows(); ++i)
    for (Eigen::Index j = 0; j < result.cols(); ++j) result(i, j) += constant - row[i] - row[j];
  return result;
}

}  // namespace gallop::arena
