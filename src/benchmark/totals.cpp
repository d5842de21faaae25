// VBench's tables and sums (vbench.md 7.3, 8.5), in the reference's order of operations.
#include "benchmark/totals.h"

#include <algorithm>
#include <set>

#include "base/check.h"
#include "base/names.h"

namespace gallop {
namespace benchmark {
namespace {

const std::vector<NormalisationRow>& table_of(std::string_view suite) {
  static const std::vector<NormalisationRow> vbench = {{"subject_consistency", 0.1462, 1.0, 1.0, "quality"},
                                                       {"background_consistency", 0.2615, 1.0, 1.0, "quality"},
                                                       {"temporal_flickering", 0.6293, 1.0, 1.0, "quality"},
                                                       {"motion_smoothness", 0.706, 0.9975, 1.0, "quality"},
                                                       {"aesthetic_quality", 0.0, 1.0, 1.0, "quality"},
                                                       {"imaging_quality", 0.0, 1.0, 1.0, "quality"},
                                                       {"dynamic_degree", 0.0, 1.0, 0.5, "quality"},
                                                       {"object_class", 0.0, 1.0, 1.0, "semantic"},
                                                       {"multiple_objects", 0.0, 1.0, 1.0, "semantic"},
                                                       {"human_action", 0.0, 1.0, 1.0, "semantic"},
                                                       {"color", 0.0, 1.0, 1.0, "semantic"},
                                                       {"spatial_relationship", 0.0, 1.0, 1.0, "semantic"},
                                                       {"scene", 0.0, 0.8222, 1.0, "semantic"},
                                                       {"appearance_style", 0.0009, 0.2855, 1.0, "semantic"},
                                                       {"temporal_style", 0.0, 0.364, 1.0, "semantic"},
                                                       {"overall_consistency", 0.0, 0.364, 1.0, "semantic"}};
  static const std::vector<NormalisationRow> i2v = {{"camera_motion", 0.0, 1.0, 0.1, "i2v"},
                                                    {"i2v_subject", 0.1462, 1.0, 1.0, "i2v"},
                                                    {"i2v_background", 0.2615, 1.0, 1.0, "i2v"},
                                                    {"subject_consistency", 0.1462, 1.0, 1.0, "quality"},
                                                    {"background_consistency", 0.2615, 1.0, 1.0, "quality"},
                                                    {"motion_smoothness", 0.706, 0.9975, 1.0, "quality"},
                                                    {"dynamic_degree", 0.0, 1.0, 0.5, "quality"},
                                                    {"aesthetic_quality", 0.0, 1.0, 1.0, "quality"},
                                                    {"imaging_quality", 0.0, 1.0, 1.0, "quality"}};
  static const std::vector<NormalisationRow> none;
  return suite == "vbench" ? vbench : suite == "vbench-i2v" ? i2v : none;
}

// Σ weight · normalised / Σ weight over a group.
std::optional<double> group_mean(const std::vector<NormalisationRow>& table, std::string_view group, const ScoreOf& score) {
  double sum = 0.0, weights = 0.0;
  for (const auto& row : table) {
    if (row.group != group) continue;
    const auto value = score(row.dimension);
    if (!value) return std::nullopt;
    sum += (*value - row.low) / (row.high - row.low) * row.weight;
    weights += row.weight;
  }
  return sum / weights;
}

}  // namespace

std::span<const AggregateRule> aggregate_rules(std::string_view suite) {
  static const std::vector<AggregateRule> vbench = {
      {"quality", {"quality"}, {}}, {"semantic", {"semantic"}, {}}, {"total", {}, {{"quality", 4.0}, {"semantic", 1.0}}}};
  static const std::vector<AggregateRule> i2v = {
      {"i2v", {"i2v"}, {}}, {"quality", {"quality"}, {}}, {"total", {}, {{"i2v", 1.0}, {"quality", 1.0}}}};
  if (suite == "vbench") return vbench;
  if (suite == "vbench-i2v") return i2v;
  return {};
}

std::string_view formula_of(std::string_view suite) { return suite == "vbench" ? "vbench/1" : suite == "vbench-i2v" ? "vbench-i2v/1" : ""; }

std::vector<std::optional<double>> aggregate(std::string_view suite, const ScoreOf& score) {
  const auto rules = aggregate_rules(suite);
  const auto& table = table_of(suite);
  std::vector<std::optional<double>> values;
  for (const auto& rule : rules) {
    if (rule.over.empty()) {
      values.push_back(group_mean(table, rule.groups.front(), score));
      continue;
    }
    std::optional<double> sum = 0.0;
    double weights = 0.0;
    for (const auto& [name, weight] : rule.over) {
      const auto at = static_cast<std::size_t>(
          std::find_if(rules.begin(), rules.end(), [&](const auto& other) { return other.name == name; }) - rules.begin());
      if (sum && values[at])
        sum = *sum + *values[at] * weight;
      else
        sum.reset();
      weights += weight;
    }
    values.push_back(sum ? std::optional(*sum / weights) : std::nullopt);
  }
  return values;
}

}  // namespace benchmark

inline namespace v0 {

std::vector<NormalisationRow> normalisation_table(std::string_view suite) { return benchmark::table_of(suite); }

Totals totals(std::string_view suite, const std::map<std::string, double>& scores) {
  const auto& table = benchmark::table_of(suite);
  GALLOP_CHECK(!table.empty(), InvalidArgument, "totals: the suite {} has no published table; known: vbench, vbench-i2v",
               base::quote(suite));
  Totals totals;
  for (const auto& row : table)
    if (!scores.contains(row.dimension)) totals.lacking.push_back(row.dimension);
  const auto values = benchmark::aggregate(suite, [&](const std::string& dimension) -> std::optional<double> {
    const auto found = scores.find(dimension);
    return found == scores.end() ? std::nullopt : std::optional(found->second);
  });
  const auto rules = benchmark::aggregate_rules(suite);
  for (std::size_t i = 0; i < values.size(); ++i)
    if (values[i]) totals.values[std::string(rules[i].name)] = *values[i];
  return totals;
}

}  // namespace v0
}  // namespace gallop
