// Which frames only repeat the one before, and in what runs.
#pragma once

#include <cstdint>
#include <vector>

namespace gallop::evaluators::quick {

// One flag a pair of consecutive frames, from their mean differences (0..255). A pair repeats when nothing changed
// (< 0.012 grey levels), or next to nothing in the middle of motion: below 0.3 and a tenth of the usual change around it.
std::vector<bool> repeated_pairs(const std::vector<double>& differences);

struct Run {
  std::int64_t first = 0, length = 0;  // in pairs
};
std::vector<Run> runs_of(const std::vector<bool>& flags);

}  // namespace gallop::evaluators::quick
