#include "arena/cells.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <unordered_map>

#include "arena/statistics.h"
#include "base/check.h"

namespace gallop::arena {
namespace {

constexpr std::size_t kDenseModels = 512;  // n n 4 counters of 8 bytes: 8 MiB at most

// Outcome -> share of the left side; negative = not rated.
struct Shares {
  double of[5];
};
Shares shares_of(const RatingOptions& options) {
  const double tie = options.ties == Ties::drop ? -1 : 0.5;
  const double both_bad = options.both_bad == BothBad::half ? tie : -1;
  return {{1, 0, tie, both_bad, -1}};
}

std::uint64_t pair_key(std::uint32_t a, std::uint32_t b) { return a < b ? (std::uint64_t{a} << 32) | b : (std::uint64_t{b} << 32) | a; }

void check_optional(std::size_t size, std::size_t votes, const char* name) {
  GALLOP_CHECK(size == 0 || size == votes, InvalidArgument, "votes.{}: {} entries, expected {} or none", name, size, votes);
}

// Counts of (left, right, outcome): one add per vote.
template <class Visit>
void count_votes(const VoteColumns& votes, const Visit& visit) {
  const std::size_t n = votes.models, count = votes.left.size();
  if (n <= kDenseModels) {
    std::vector<std::int64_t> counters(n * n * 4, 0);
    const std::uint32_t* left = votes.left.data();
    const std::uint32_t* right = votes.right.data();
    const std::uint8_t* outcome = votes.outcome.data();
    for (std::size_t k = 0; k < count; ++k)
      if (outcome[k] < 4) ++counters[(left[k] * n + right[k]) * 4 + outcome[k]];
    for (std::size_t at = 0; at < counters.size(); ++at)
      if (counters[at] > 0)
        visit(static_cast<std::uint32_t>(at / 4 / n), static_cast<std::uint32_t>(at / 4 % n), static_cast<std::uint8_t>(at % 4),
              static_cast<double>(counters[at]));
    return;
  }
  std::unordered_map<std::uint64_t, std::int64_t> counters;
  for (std::size_t k = 0; k < count; ++k)
    if (votes.outcome[k] < 4) ++counters[((std::uint64_t{votes.left[k]} * n + votes.right[k]) << 2) | votes.outcome[k]];
  for (const auto& [key, m] : counters)
    visit(static_cast<std::uint32_t>((key >> 2) / n), static_cast<std::uint32_t>((key >> 2) % n), static_cast<std::uint8_t>(key & 3),
          static_cast<double>(m));
}

void add_cell(Board& board, std::uint32_t left, std::uint32_t right, double o, double m, double w, double ww) {
  if (left < right)
    board.cells.push_back({left, right, o, m, w, ww});
  else
    board.cells.push_back({right, left, 1 - o, m, w, ww});
}

// Sorts and joins equal cells.
void join(Board& board) {
  auto& cells = board.cells;
  std::sort(cells.begin(), cells.end(), [](const Cell& a, const Cell& b) { return std::tie(a.i, a.j, a.o) < std::tie(b.i, b.j, b.o); });
  std::size_t out = 0;
  for (std::size_t k = 0; k < cells.size(); ++k) {
    if (out > 0 && cells[out - 1].i == cells[k].i && cells[out - 1].j == cells[k].j && cells[out - 1].o == cells[k].o) {
      cells[out - 1].m += cells[k].m;
      cells[out - 1].w += cells[k].w;
      cells[out - 1].ww += cells[k].ww;
    } else {
      cells[out++] = cells[k];
    }
  }
  cells.resize(out);
}

double propensity_clip(const VoteColumns& votes) {
  std::vector<double> inverse;
  inverse.reserve(votes.propensity.size());
  for (const double p : votes.propensity) inverse.push_back(1 / p);
  return percentile(std::move(inverse), 0.99);
}

// The cell of every vote by itself: soft outcomes or a weight per vote.
void add_single_votes(Board& board, const VoteColumns& votes, const RatingOptions& options) {
  const double clip = options.use_propensity ? propensity_clip(votes) : 0;
  for (std::size_t k = 0; k < votes.left.size(); ++k) {
    const double o = left_share(votes, k, options);
    if (o < 0) continue;
    const double w = options.use_propensity ? std::min(1 / votes.propensity[k], clip) : 1;
    add_cell(board, votes.left[k], votes.right[k], o, 1, w, w * w);
  }
}

// Pair -> rated votes.
std::unordered_map<std::uint64_t, double> pair_totals(const Board& board) {
  std::unordered_map<std::uint64_t, double> totals;
  for (const auto& cell : board.cells) totals[pair_key(cell.i, cell.j)] += cell.m;
  return totals;
}

}  // namespace

void check_columns(const VoteColumns& votes) {
  const std::size_t count = votes.left.size();
  GALLOP_CHECK(votes.models >= 2, InvalidArgument, "votes.models: {}, expected at least 2", votes.models);
  GALLOP_CHECK(votes.right.size() == count, InvalidArgument, "votes.right: {} entries, expected {} as votes.left has", votes.right.size(),
               count);
  GALLOP_CHECK(votes.outcome.size() == count || !votes.soft.empty(), InvalidArgument, "votes.outcome: {} entries, expected {}",
               votes.outcome.size(), count);
  check_optional(votes.soft.size(), count, "soft");
  check_optional(votes.outcome.size(), count, "outcome");
  check_optional(votes.propensity.size(), count, "propensity");
  check_optional(votes.voter.size(), count, "voter");
  check_optional(votes.prompt.size(), count, "prompt");
  for (std::size_t k = 0; k < count; ++k) {
    const bool good = votes.left[k] < votes.models && votes.right[k] < votes.models && votes.left[k] != votes.right[k];
    GALLOP_CHECK(good, InvalidArgument, "vote {}: models {} and {}, expected two different indices below {}", k, votes.left[k],
                 votes.right[k], votes.models);
  }
  for (std::size_t k = 0; k < votes.outcome.size(); ++k)
    GALLOP_CHECK(votes.outcome[k] <= 4, InvalidArgument,
                 "vote {}: outcome {}, expected 0 (left), 1 (right), 2 (tie), 3 (both_bad) or 4 (skip)", k, votes.outcome[k]);
  for (std::size_t k = 0; k < votes.soft.size(); ++k)
    GALLOP_CHECK(votes.soft[k] >= 0 && votes.soft[k] <= 1, InvalidArgument, "vote {}: soft outcome {}, expected 0 to 1", k, votes.soft[k]);
  for (std::size_t k = 0; k < votes.propensity.size(); ++k)
    GALLOP_CHECK(votes.propensity[k] > 0 && votes.propensity[k] <= 1, InvalidArgument,
                 "vote {}: propensity {}, expected above 0 and at most 1", k, votes.propensity[k]);
}

double left_share(const VoteColumns& votes, std::size_t vote, const RatingOptions& options) {
  if (!votes.soft.empty()) return votes.soft[vote];
  return shares_of(options).of[votes.outcome[vote]];
}

Board make_board(const VoteColumns& votes, const RatingOptions& options) {
  check_columns(votes);
  GALLOP_CHECK(!options.use_propensity || !votes.propensity.empty(), InvalidArgument,
               "votes.propensity: absent, expected one probability a vote because use_propensity is set");
  Board board{.models = votes.models};
  board.both_bad.assign(votes.models, 0);
  board.appearances.assign(votes.models, 0);
  const Shares shares = shares_of(options);
  const bool single = !votes.soft.empty() || options.use_propensity;
  if (single) add_single_votes(board, votes, options);
  if (votes.soft.empty())
    count_votes(votes, [&](std::uint32_t left, std::uint32_t right, std::uint8_t outcome, double m) {
      for (const auto model : {left, right}) {
        board.appearances[model] += m;
        if (outcome == 3) board.both_bad[model] += m;
      }
      if (!single && shares.of[outcome] >= 0) add_cell(board, left, right, shares.of[outcome], m, m, m);
    });
  join(board);
  for (const auto& cell : board.cells) board.total += cell.m;
  if (options.reweight) {
    const auto totals = pair_totals(board);
    for (auto& cell : board.cells) {
      const double w = 1 / std::max(totals.at(pair_key(cell.i, cell.j)), options.reweight_floor);
      cell.w *= w;
      cell.ww *= w * w;
    }
  }
  GALLOP_CHECK(board.total > 0, InvalidArgument, "votes: none of the {} votes is rated; expected at least one decisive vote or tie",
               votes.left.size());
  return board;
}

std::function<double(std::size_t)> vote_weights(const VoteColumns& votes, const Board& board, const RatingOptions& options) {
  const double clip = options.use_propensity ? propensity_clip(votes) : 0;
  auto totals = options.reweight ? pair_totals(board) : std::unordered_map<std::uint64_t, double>{};
  return [&votes, options, clip, totals = std::move(totals)](std::size_t k) {
    double w = options.use_propensity ? std::min(1 / votes.propensity[k], clip) : 1;
    if (options.reweight) w /= std::max(totals.at(pair_key(votes.left[k], votes.right[k])), options.reweight_floor);
    return w;
  };
}

}  // namespace gallop::arena
