// The worked examples of arena.md 16 as vote columns.
#pragma once

#include <doctest/doctest.h>

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "gallop/arena.h"

namespace gallop::test {

// Votes under construction; columns() lends them.
struct VoteList {
  std::size_t models = 0;
  std::vector<std::uint32_t> left = {}, right = {}, voter = {}, prompt = {};
  std::vector<std::uint8_t> outcome = {};
  void add(std::uint32_t a, std::uint32_t b, Outcome result, int count = 1) {
    for (int k = 0; k < count; ++k) {
      left.push_back(a);
      right.push_back(b);
      outcome.push_back(static_cast<std::uint8_t>(result));
    }
  }
  VoteColumns columns() const {
    return {.models = models, .left = left, .right = right, .outcome = outcome, .voter = voter, .prompt = prompt};
  }
};

inline VoteList five_models() {
  VoteList votes{.models = 5};
  const int rows[10][6] = {{0, 1, 150, 95, 20, 15}, {0, 2, 120, 60, 12, 8},   {0, 3, 60, 30, 6, 4}, {0, 4, 45, 18, 5, 2},
                           {1, 2, 70, 55, 10, 5},   {1, 3, 140, 105, 25, 10}, {1, 4, 24, 14, 4, 3}, {2, 3, 85, 80, 20, 15},
                           {2, 4, 60, 50, 8, 12},   {3, 4, 33, 27, 6, 4}};
  for (const auto& row : rows)
    for (int o = 0; o < 4; ++o)
      votes.add(static_cast<std::uint32_t>(row[0]), static_cast<std::uint32_t>(row[1]), static_cast<Outcome>(o), row[2 + o]);
  return votes;
}

inline void check_close(const std::vector<double>& found, const std::vector<double>& expected, double relative = 1e-5) {
  REQUIRE(found.size() == expected.size());
  for (std::size_t i = 0; i < found.size(); ++i) {
    CAPTURE(i);
    CHECK(found[i] == doctest::Approx(expected[i]).epsilon(relative));
  }
}

// Half-width of the interval, from se and multiplier.
inline std::vector<double> half_widths(const Ratings& r) {
  std::vector<double> widths;
  for (const double se : r.se) widths.push_back(se * r.multiplier);
  return widths;
}

}  // namespace gallop::test
