// From rows to dimension results: the dimension's own way of averaging, bootstrap intervals over prompts, aggregates.
#pragma once

#include <string>
#include <vector>

#include "gallop/benchmark.h"

namespace gallop::benchmark {

// A clip's share of its dimension: the total is Σ sum / Σ count (vbench.md 1.5, one process).
struct Share {
  double sum = 0.0, count = 0.0;
};
// Nothing for a clip that the dimension drops from both sums (color without the object).
Share share_of(const ResultRow& row);
bool is_dropped(const ResultRow& row);
// Clips of imaging_quality report 0..100, its total is 0..1 (vbench.md 4.7).
double scale_of(const std::string& dimension);

// Standard error and percentile interval from resampled values; not finite ones are left out.
Estimate summary(double value, std::vector<double> draws);

// Fills `dimensions` and `aggregates` from `rows`; `order`: dimensions in the order of the suite.
void estimate(Results& results, const std::vector<std::string>& order, const ResultOptions& options);

}  // namespace gallop::benchmark
