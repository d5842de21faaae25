// Uncertainty of a fit. Natural units throughout.
#pragma once

#include "arena/solve.h"

namespace gallop::arena {

// Sum over votes of the outer product of their scores, [p, p].
Eigen::MatrixXd score_covariance(const Board& board, Ties ties, const Fit& fit);
// The same with the votes of a cluster summed first; K / (K - 1) when `options` say so. Adds a note when two-way
// clustering had to fall back. arena.md 7.3.
Eigen::MatrixXd clustered_covariance(const VoteColumns& votes, const Board& board, const Fit& fit, const Eigen::MatrixXd& inverse,
                                     const RatingOptions& options, std::vector<std::string>& notes);

// theta -> theta - q.theta, and the covariance that goes with it; q sums to 1.
Eigen::MatrixXd regauged(const Eigen::MatrixXd& covariance, const Eigen::VectorXd& q);

}  // namespace gallop::arena
