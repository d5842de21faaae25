// Sequential Elo. arena.md 4.
#include <cmath>

#include "arena/cells.h"
#include "base/check.h"

namespace gallop {
inline namespace v0 {

std::vector<double> online_elo(const VoteColumns& votes, double k, double start) {
  arena::check_columns(votes);
  GALLOP_CHECK(std::isfinite(k) && k > 0, InvalidArgument, "k: {}, expected above 0, for example 4", k);
  std::vector<double> rating(votes.models, start);
  for (std::size_t vote = 0; vote < votes.left.size(); ++vote) {
    const double o = arena::left_share(votes, vote, {});
    if (o < 0) continue;
    double& left = rating[votes.left[vote]];
    double& right = rating[votes.right[vote]];
    const double update = k * (o - 1 / (1 + std::pow(10.0, (right - left) / 400)));
    left += update;
    right -= update;
  }
  return rating;
}

}  // namespace v0
}  // namespace gallop
