#include "benchmark/estimates.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>

#include "arena/statistics.h"
#include "base/check.h"
#include "benchmark/totals.h"

namespace gallop::benchmark {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

// Dimensions whose total is the mean of all frames or pairs, not of the clips.
bool is_pooled(const std::string& dimension) {
  return dimension == "subject_consistency" || dimension == "background_consistency" || dimension == "appearance_style" ||
         dimension == "spatial_relationship";
}

// Prompts that are judged on the same dimensions are drawn together, so that dimensions keep their correlation in the totals.
using Strata = std::vector<std::vector<std::size_t>>;

Strata strata_of(const std::vector<SuiteRecord>& records) {
  std::map<std::vector<std::string>, std::vector<std::size_t>> groups;
  for (std::size_t r = 0; r < records.size(); ++r) groups[records[r].dimensions].push_back(r);
  Strata strata;
  for (auto& [dimensions, members] : groups) strata.push_back(std::move(members));
  return strata;
}

// Sums by dimension and record.
struct Table {
  std::vector<std::string> names;
  std::vector<std::vector<Share>> shares;  // [dimension][record]
  std::vector<Share> whole;                // [dimension], added clip by clip as the reference does

  double value(std::size_t d, const std::vector<std::size_t>& draw) const {
    double sum = 0.0, count = 0.0;
    for (const auto r : draw) {
      sum += shares[d][r].sum;
      count += shares[d][r].count;
    }
    return count > 0 ? sum / count / scale_of(names[d]) : kNaN;
  }
  std::vector<double> point() const {
    std::vector<double> values;
    for (std::size_t d = 0; d < names.size(); ++d)
      values.push_back(whole[d].count > 0 ? whole[d].sum / whole[d].count / scale_of(names[d]) : kNaN);
    return values;
  }
};

// Values of dimensions and aggregates over resampled prompts.
struct Replicates {
  std::vector<std::vector<double>> dimensions, aggregates;
};

ScoreOf scores_in(const Table& table, const std::vector<double>& values, const std::vector<DimensionResult>& dimensions) {
  return [&](const std::string& name) -> std::optional<double> {
    for (std::size_t d = 0; d < table.names.size(); ++d)
      if (table.names[d] == name && dimensions[d].complete()) return values[d];
    return std::nullopt;
  };
}

std::vector<std::string> lacking_for(const AggregateRule& rule, std::string_view suite, const std::vector<DimensionResult>& dimensions) {
  std::vector<std::string> lacking;
  for (const auto& row : normalisation_table(suite)) {
    const bool wanted = !rule.over.empty() || row.group == rule.groups.front();
    const bool there =
        std::any_of(dimensions.begin(), dimensions.end(), [&](const auto& d) { return d.dimension == row.dimension && d.complete(); });
    if (wanted && !there) lacking.push_back(row.dimension);
  }
  return lacking;
}

void count_rows(const Results& results, Table& table, std::vector<DimensionResult>& out) {
  std::map<std::string, std::size_t> place;
  for (std::size_t d = 0; d < table.names.size(); ++d) place[table.names[d]] = d;
  // The reference adds clips in the order of records and samples; rows are sorted by path.
  std::vector<const ResultRow*> ordered;
  for (const auto& row : results.rows) ordered.push_back(&row);
  std::sort(ordered.begin(), ordered.end(),
            [](const auto* a, const auto* b) { return std::tie(a->record, a->sample) < std::tie(b->record, b->sample); });
  for (const auto* row : ordered) {
    const auto d = place.at(row->dimension);
    auto& counts = out[d];
    if (row->state == RowState::problem) ++counts.problems;
    if (row->state == RowState::missing) ++counts.missing;
    if (row->state == RowState::pending) ++counts.pending;
    if (row->state != RowState::scored) continue;
    ++counts.scored;
    if (is_dropped(*row)) ++counts.dropped;
    const auto share = share_of(*row);
    auto& cell = table.shares[d][row->record];
    if (cell.count == 0.0 && share.count > 0) ++counts.prompts;
    cell.sum += share.sum;
    cell.count += share.count;
    table.whole[d].sum += share.sum;
    table.whole[d].count += share.count;
  }
}

Replicates resample(const Table& table, const Results& results, const ResultOptions& options) {
  const auto strata = strata_of(results.records);
  Replicates out{.dimensions = std::vector<std::vector<double>>(table.names.size()),
                 .aggregates = std::vector<std::vector<double>>(aggregate_rules(results.suite).size())};
  std::vector<std::size_t> draw;
  std::vector<double> drawn(table.names.size());
  for (int replicate = 0; replicate < options.replicates; ++replicate) {
    draw.clear();
    for (std::size_t s = 0; s < strata.size(); ++s) {
      arena::RandomStream random(options.seed, static_cast<std::uint64_t>(replicate) * strata.size() + s);
      for (std::size_t k = 0; k < strata[s].size(); ++k) draw.push_back(strata[s][random.below(strata[s].size())]);
    }
    for (std::size_t d = 0; d < drawn.size(); ++d) out.dimensions[d].push_back(drawn[d] = table.value(d, draw));
    const auto sums = aggregate(results.suite, scores_in(table, drawn, results.dimensions));
    for (std::size_t a = 0; a < sums.size(); ++a)
      if (sums[a]) out.aggregates[a].push_back(*sums[a]);
  }
  return out;
}

}  // namespace

Estimate summary(double value, std::vector<double> draws) {
  Estimate estimate{.value = value, .se = 0.0, .low = value, .high = value};
  std::erase_if(draws, [](double x) { return !std::isfinite(x); });
  if (draws.size() < 2 || !std::isfinite(value)) return estimate;
  const double mean = std::accumulate(draws.begin(), draws.end(), 0.0) / static_cast<double>(draws.size());
  double square = 0.0;
  for (const double x : draws) square += (x - mean) * (x - mean);
  estimate.se = std::sqrt(square / static_cast<double>(draws.size() - 1));
  estimate.low = arena::percentile(draws, 0.025);
  estimate.high = arena::percentile(draws, 0.975);
  return estimate;
}

double scale_of(const std::string& dimension) { return dimension == "imaging_quality" ? 100.0 : 1.0; }

bool is_dropped(const ResultRow& row) {
  const auto found = row.score.details.find("dropped");
  return std::isnan(row.score.value) || (found != row.score.details.end() && found->second != 0.0);
}

Share share_of(const ResultRow& row) {
  if (row.state != RowState::scored || is_dropped(row)) return {};
  if (!is_pooled(row.dimension) || row.score.parts.empty()) return {row.score.value, 1.0};
  return {std::accumulate(row.score.parts.begin(), row.score.parts.end(), 0.0), static_cast<double>(row.score.parts.size())};
}

void estimate(Results& results, const std::vector<std::string>& order, const ResultOptions& options) {
  GALLOP_CHECK(options.replicates >= 0 && options.replicates <= 1'000'000, InvalidArgument, "results.replicates: {}, expected 0 to 1000000",
               options.replicates);
  Table table{.names = order,
              .shares = std::vector<std::vector<Share>>(order.size(), std::vector<Share>(results.records.size())),
              .whole = std::vector<Share>(order.size())};
  auto& out = results.dimensions;
  out.assign(order.size(), {});
  for (std::size_t d = 0; d < order.size(); ++d) out[d].dimension = order[d];
  count_rows(results, table, out);
  const auto values = table.point();
  const auto point = aggregate(results.suite, scores_in(table, values, out));
  auto draws = resample(table, results, options);
  const auto norms = normalisation_table(results.suite);
  for (std::size_t d = 0; d < order.size(); ++d) {
    out[d].estimate = summary(values[d], std::move(draws.dimensions[d]));
    for (const auto& row : norms)
      if (row.dimension == order[d] && std::isfinite(values[d])) out[d].normalised = (values[d] - row.low) / (row.high - row.low);
  }
  const auto rules = aggregate_rules(results.suite);
  for (std::size_t a = 0; a < rules.size(); ++a) {
    Aggregate aggregate{.name = std::string(rules[a].name),
                        .formula = std::string(formula_of(results.suite)),
                        .lacking = lacking_for(rules[a], results.suite, out)};
    if (point[a]) aggregate.estimate = summary(*point[a], std::move(draws.aggregates[a]));
    results.aggregates.push_back(std::move(aggregate));
  }
}

}  // namespace gallop::benchmark
