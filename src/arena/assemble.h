// From a fit to the public table.
#pragma once

#include "arena/solve.h"

namespace gallop::arena {

// Fills everything that follows from the cells, the fit and the covariance of theta (natural units).
Ratings assemble_ratings(const Board& board, const Fit& fit, const Eigen::MatrixXd& covariance, const RatingOptions& options);
// InvalidArgument for impossible options.
void check_options(const RatingOptions& options, std::size_t models);

}  // namespace gallop::arena
