#include "arena/ranks.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace gallop::arena {

void fill_ranks(Ratings& r, double z) {
  const std::size_t n = r.rating.size();
  const auto above = [&](std::size_t j, std::size_t i) {
    const double variance = r.covariance[i * n + i] + r.covariance[j * n + j] - 2 * r.covariance[i * n + j];
    return r.rating[j] - r.rating[i] > z * std::sqrt(std::max(0.0, variance));
  };
  r.rank_ub.assign(n, 1);
  r.rank_lb.assign(n, 1);
  r.rank_diff.assign(n, 1);
  r.order.assign(n, 1);
  r.tier.assign(n, 1);
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < n; ++j) {
      if (i == j) continue;
      r.rank_ub[i] += r.lower[j] > r.upper[i];
      r.rank_lb[i] += r.upper[j] > r.lower[i];
      r.rank_diff[i] += above(j, i);
    }
  std::vector<std::size_t> sorted(n);
  std::iota(sorted.begin(), sorted.end(), std::size_t{0});
  std::stable_sort(sorted.begin(), sorted.end(), [&](std::size_t a, std::size_t b) { return r.rating[a] > r.rating[b]; });
  std::size_t first = sorted[0];
  int tier = 1, order = 1;
  for (std::size_t at = 0; at < n; ++at) {
    const auto i = sorted[at];
    if (at > 0 && r.rating[i] < r.rating[sorted[at - 1]]) ++order;
    if (above(first, i)) {
      ++tier;
      first = i;
    }
    r.order[i] = order;
    r.tier[i] = tier;
  }
}

}  // namespace gallop::arena
