// Published normalisation tables and aggregates.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "gallop/benchmark.h"

namespace gallop::benchmark {

struct AggregateRule {
  std::string_view name;
  std::vector<std::string_view> groups;  // weighted means of dimensions; of aggregates when `over` is not empty
  std::vector<std::pair<std::string_view, double>> over;
};
// In the order of computation; empty for a suite without a table.
std::span<const AggregateRule> aggregate_rules(std::string_view suite);
std::string_view formula_of(std::string_view suite);

// The aggregates of one set of scores in the order of the rules; nothing where a dimension is absent.
using ScoreOf = std::function<std::optional<double>(const std::string& dimension)>;
std::vector<std::optional<double>> aggregate(std::string_view suite, const ScoreOf& score);

}  // namespace gallop::benchmark
