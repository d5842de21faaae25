// How many votes. arena.md 13.
#include <cmath>

#include "arena/statistics.h"
#include "base/check.h"
#include "gallop/arena.h"

namespace gallop {
namespace arena {
namespace {

// Votes for a total of `z` standard errors to span `points`.
double needed(double z, double points, const VotesNeeded& plan) {
  GALLOP_CHECK(plan.confidence > 0 && plan.confidence < 1, InvalidArgument, "confidence: {}, expected between 0 and 1", plan.confidence);
  GALLOP_CHECK(std::isfinite(points) && points > 0, InvalidArgument, "points: {}, expected a gap or half-width above 0 Elo", points);
  GALLOP_CHECK(plan.votes_per_voter >= 1 && plan.voter_correlation >= 0 && plan.voter_correlation <= 1, InvalidArgument,
               "votes_per_voter {} and correlation {}, expected at least 1 and 0 to 1", plan.votes_per_voter, plan.voter_correlation);
  const double p = 1 / (1 + std::pow(10.0, -plan.gap / 400)), v = p * (1 - p);
  const double shrink = 1 - plan.tie_share / (4 * v);
  GALLOP_CHECK(plan.tie_share >= 0 && shrink > 0, InvalidArgument, "tie_share: {}, expected 0 to {:.3f} at this gap", plan.tie_share,
               4 * v);
  const double ratio = z * kEloPerNatural / points;
  return std::ceil(ratio * ratio / v * shrink * (1 + (plan.votes_per_voter - 1) * plan.voter_correlation));
}

}  // namespace
}  // namespace arena

inline namespace v0 {

double votes_for_half_width(double half_width, const VotesNeeded& plan) {
  return arena::needed(arena::normal_quantile(0.5 + plan.confidence / 2), half_width, plan);
}

double votes_for_power(double power, const VotesNeeded& plan) {
  GALLOP_CHECK(power > 0 && power < 1, InvalidArgument, "power: {}, expected between 0 and 1, for example 0.8", power);
  return arena::needed(arena::normal_quantile(0.5 + plan.confidence / 2) + arena::normal_quantile(power), std::abs(plan.gap), plan);
}

}  // namespace v0
}  // namespace gallop
