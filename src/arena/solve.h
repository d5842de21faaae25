// Maximum likelihood on cells: Bradley-Terry, Davidson, Rao-Kupper.
#pragma once

#include <Eigen/Dense>

#include "arena/cells.h"

namespace gallop::arena {

// A fitted model. The last of `models + 1` parameters is ln nu or ln eta; Bradley-Terry has none.
struct Fit {
  Eigen::VectorXd theta = {};  // [models], natural units
  double extra = 0;            // ln nu or ln eta
  double log_likelihood = 0;
  double gradient = 0;
  int steps = 0;
};
// Penalties that replace the gauge: with either the information is invertible as it is.
struct Penalty {
  double ridge = 0, phantom = 0;
  bool any() const { return ridge > 0 || phantom > 0; }
};

Fit solve(const Board& board, Ties ties, const Penalty& penalty, const Fit* start = nullptr);

// Sums over the cells at the fit, [p, p] with p = models (+ 1 with a tie model).
Eigen::MatrixXd information(const Board& board, Ties ties, const Penalty& penalty, const Fit& fit);
// Score of one vote between i and j with outcome o: entries for i (j has the opposite) and for the extra parameter.
struct VoteScore {
  double d, extra;
};
VoteScore vote_score(Ties ties, const Fit& fit, std::uint32_t i, std::uint32_t j, double o);
// (H + mu 1 1^T)^-1 - 1 1^T / (mu n^2) on the rating block; the plain inverse when a penalty makes H regular.
Eigen::MatrixXd gauge_inverse(Eigen::MatrixXd information, std::size_t models, bool regular);

inline std::size_t parameters(const Board& board, Ties ties) {
  return board.models + (ties == Ties::davidson || ties == Ties::rao_kupper ? 1 : 0);
}

}  // namespace gallop::arena
