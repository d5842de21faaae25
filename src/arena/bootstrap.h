// Resampled ratings.
#pragma once

#include "arena/solve.h"

namespace gallop::arena {

struct Replicates {
  Eigen::MatrixXd theta;  // [replicates, models]
  int refitted = 0;
};
// Multinomial over the cells, or whole clusters; each refit starts from `fit`. arena.md 7.6.
Replicates bootstrap(const VoteColumns& votes, const Board& board, const Penalty& penalty, const Fit& fit, const RatingOptions& options);

}  // namespace gallop::arena
