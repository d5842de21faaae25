// Votes aggregated: everything a rating needs of them.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "gallop/arena.h"

namespace gallop::arena {

// Votes with one outcome between i < j; o is the share of i.
struct Cell {
  std::uint32_t i, j;
  double o;
  double m;   // votes
  double w;   // sum of their weights
  double ww;  // sum of their squared weights
};
struct Board {
  std::size_t models = 0;
  std::vector<Cell> cells = {};          // sorted by (i, j, o); m > 0
  std::vector<double> both_bad = {};     // per model, of all outcomes seen
  std::vector<double> appearances = {};  // per model, both_bad included
  double total = 0;                      // rated votes
};

// Throws InvalidArgument naming the first vote that breaks the contract of VoteColumns.
void check_columns(const VoteColumns& votes);
// Cells under the tie and both-bad policy and the weights of `options`.
Board make_board(const VoteColumns& votes, const RatingOptions& options);
// The share of the left side, or a negative number for a vote that is not rated under `options`.
double left_share(const VoteColumns& votes, std::size_t vote, const RatingOptions& options);
// Weight of each vote as make_board used it; valid while `votes` and `board` live.
std::function<double(std::size_t)> vote_weights(const VoteColumns& votes, const Board& board, const RatingOptions& options);

}  // namespace gallop::arena
