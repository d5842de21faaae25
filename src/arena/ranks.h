// Ranks that admit what is not known. arena.md 10.
#pragma once

#include "gallop/arena.h"

namespace gallop::arena {

// Fills rank_ub, rank_lb, rank_diff, tier and order from rating, lower, upper and covariance; `z` for differences.
void fill_ranks(Ratings& ratings, double z);

}  // namespace gallop::arena
