// Simulated tournaments: do 95 % intervals hold the truth 95 % of the time? A short form here; GALLOP_TOURNAMENTS=2000 for
// the full one.
#include <cmath>
#include <cstdlib>
#include <random>
#include <string>

#include "boards.h"

using namespace gallop;
using gallop::test::VoteList;

namespace {

struct Design {
  double ties = 0;          // share of votes that are ties
  bool unequal = false;     // some pairs are drawn ten times as often
  double voter_spread = 0;  // taste of a voter for a model, natural units
  bool equal_models = false;
  int votes = 2000;
};
struct Outcomes {
  double covered = 0, intervals = 0, false_ranks = 0, pairs = 0;
};

constexpr std::size_t kModels = 6, kVoters = 200;

// Taste makes voters disagree, so the board's truth is the rating that fits the mean preference: computed by a huge tournament
// in expectation, that is by soft outcomes averaged over many voters.
std::vector<double> truth(const Design& design, const std::vector<double>& theta) {
  VoteList votes{.models = kModels};
  std::vector<double> soft;
  for (std::uint32_t i = 0; i < kModels; ++i)
    for (std::uint32_t j = i + 1; j < kModels; ++j) {
      double p = 0;
      // The difference of two tastes is normal with spread sqrt(2) s: a fine grid of its quantiles.
      double weight = 0;
      for (int g = -400; g <= 400; ++g) {
        const double z = g / 50.0, w = std::exp(-0.5 * z * z);
        const double d = theta[i] - theta[j] + std::sqrt(2.0) * design.voter_spread * z;
        p += w / (1 + std::exp(-d));
        weight += w;
      }
      p /= weight;
      const int repeats = design.unequal && (i + j) % 3 == 0 ? 10 : 1;
      for (int r = 0; r < repeats; ++r) {
        votes.add(i, j, Outcome::tie);
        soft.push_back((1 - design.ties) * p + design.ties * 0.5);
      }
    }
  auto columns = votes.columns();
  columns.soft = soft;
  return fit_ratings(columns).rating;
}

void tournament(const Design& design, const std::vector<double>& theta, const std::vector<double>& expected, std::uint64_t seed,
                Outcomes& out) {
  std::mt19937_64 random(seed);
  std::normal_distribution<double> normal;
  std::uniform_real_distribution<double> uniform;
  std::vector<double> taste(kVoters * kModels);
  for (double& t : taste) t = design.voter_spread * normal(random);
  std::vector<std::pair<std::uint32_t, std::uint32_t>> pairs;
  for (std::uint32_t i = 0; i < kModels; ++i)
    for (std::uint32_t j = i + 1; j < kModels; ++j)
      for (int r = 0; r < (design.unequal && (i + j) % 3 == 0 ? 10 : 1); ++r) pairs.emplace_back(i, j);
  VoteList votes{.models = kModels};
  for (int v = 0; v < design.votes; ++v) {
    const auto [i, j] = pairs[random() % pairs.size()];
    const auto voter = static_cast<std::uint32_t>(random() % kVoters);
    const double d = theta[i] - theta[j] + taste[voter * kModels + i] - taste[voter * kModels + j];
    const bool tie = uniform(random) < design.ties;
    votes.add(i, j, tie ? Outcome::tie : uniform(random) < 1 / (1 + std::exp(-d)) ? Outcome::left : Outcome::right);
    votes.voter.push_back(voter);
  }
  const auto r = fit_ratings(votes.columns(), {.cluster = design.voter_spread > 0 ? Cluster::voter : Cluster::none});
  for (std::size_t i = 0; i < kModels; ++i) {
    out.covered += r.lower[i] <= expected[i] && expected[i] <= r.upper[i];
    ++out.intervals;
    out.false_ranks += design.equal_models ? r.rank_diff[i] - 1 : 0;
    out.pairs += kModels - 1;
  }
}

Outcomes simulate(const Design& design) {
  const char* wanted = std::getenv("GALLOP_TOURNAMENTS");
  const int tournaments = wanted ? std::atoi(wanted) : 300;
  std::vector<double> theta{0.8, 0.4, 0.1, -0.1, -0.4, -0.8};
  if (design.equal_models) theta.assign(kModels, 0);
  const auto expected = truth(design, theta);
  Outcomes out;
  for (int t = 0; t < tournaments; ++t) tournament(design, theta, expected, 1000003ULL * static_cast<std::uint64_t>(t) + 17, out);
  return out;
}

void covers(const char* name, const Design& design) {
  const auto out = simulate(design);
  const double coverage = out.covered / out.intervals;
  MESSAGE(std::string(name), ": coverage ", coverage, " of ", out.intervals, " intervals");
  // The full form has the promised bounds; the short one leaves room for 300 tournaments' own noise (about 3 sd).
  const double slack = std::getenv("GALLOP_TOURNAMENTS") ? 0 : 0.012;
  CHECK(coverage > 0.94 - slack);
  CHECK(coverage < 0.96 + slack);
}

}  // namespace

TEST_CASE("intervals cover: plain") { covers("plain", {}); }
TEST_CASE("intervals cover: twenty percent ties") { covers("ties", {.ties = 0.2}); }
TEST_CASE("intervals cover: unequal sampling") { covers("unequal sampling", {.unequal = true}); }
TEST_CASE("intervals cover: clustered voters with the clustered estimator") { covers("clustered voters", {.voter_spread = 1.0}); }

TEST_CASE("equal models: false claims of rank_diff") {
  const auto out = simulate({.equal_models = true});
  // rank_diff makes one claim for each ordered pair, "j is above i": it is false with 2.5 % nominally, and one of the two
  // directions with 5 %.
  const double claims = out.false_ranks / out.pairs, pairs = 2 * claims;
  MESSAGE("rank_diff false positives: ", claims, " of claims, ", pairs, " of pairs");
  CHECK(claims < 0.05);
  CHECK(pairs < 0.06);
  CHECK(pairs > 0.03);
}
