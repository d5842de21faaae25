#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <optional>

#include "arena/statistics.h"
#include "base/check.h"
#include "benchmark/estimates.h"
#include "benchmark/merge.h"
#include "evaluators/registry.h"

namespace gallop::benchmark {
namespace {

// The prompt as the name of the pair: records may stand elsewhere in another suite file.
struct Pair {
  Share a, b;
};
using Pairs = std::map<std::string, Pair>;

using Place = std::tuple<std::string, std::string, int>;  // dimension, prompt or clip, sample
Place place_of(const ResultRow& row) { return {row.dimension, row.prompt.empty() ? row.clip : row.prompt, row.sample}; }

std::map<Place, const ResultRow*> scored(const Results& results) {
  std::map<Place, const ResultRow*> rows;
  for (const auto& row : results.rows)
    if (row.state == RowState::scored && !is_dropped(row)) rows.emplace(place_of(row), &row);
  return rows;
}

void add(Share& to, const Share& share) {
  to.sum += share.sum;
  to.count += share.count;
}

double mean_of(const Share& share) { return share.sum / share.count; }

// Two-sided share of sign patterns at least as far from zero; +1 in both so that it is never zero.
double sign_flip_p(const std::vector<double>& differences, const CompareOptions& options, std::uint64_t stream) {
  const double observed = std::abs(std::accumulate(differences.begin(), differences.end(), 0.0));
  const double slack = 1e-12 * std::max(1.0, observed);
  const auto n = differences.size();
  const auto sum_of = [&](auto&& bit) {
    double sum = 0.0;
    for (std::size_t i = 0; i < n; ++i) sum += bit(i) ? differences[i] : -differences[i];
    return std::abs(sum);
  };
  if (n <= 14) {  // every pattern
    std::int64_t as_far = 0;
    for (std::uint64_t pattern = 0; pattern < (1ULL << n); ++pattern)
      if (sum_of([&](std::size_t i) { return ((pattern >> i) & 1) != 0; }) >= observed - slack) ++as_far;
    return static_cast<double>(as_far) / static_cast<double>(1ULL << n);
  }
  arena::RandomStream random(options.seed, stream);
  std::int64_t as_far = 1;
  for (int r = 0; r < options.replicates; ++r) {
    std::uint64_t bits = 0;
    const auto bit = [&](std::size_t i) {
      if (i % 64 == 0) bits = random();
      return ((bits >> (i % 64)) & 1) != 0;
    };
    if (sum_of(bit) >= observed - slack) ++as_far;
  }
  return static_cast<double>(as_far) / static_cast<double>(options.replicates + 1);
}

Estimate bootstrap(const std::vector<double>& differences, const CompareOptions& options, std::uint64_t stream) {
  const auto n = differences.size();
  arena::RandomStream random(options.seed, stream);
  std::vector<double> means;
  for (int r = 0; r < options.replicates; ++r) {
    double sum = 0.0;
    for (std::size_t k = 0; k < n; ++k) sum += differences[random.below(n)];
    means.push_back(sum / static_cast<double>(n));
  }
  return summary(std::accumulate(differences.begin(), differences.end(), 0.0) / static_cast<double>(n), std::move(means));
}

PairedDifference difference_of(const std::string& dimension, const Pairs& pairs, std::optional<bool> higher_is_better,
                               const CompareOptions& options, std::uint64_t number) {
  PairedDifference out{.dimension = dimension, .prompts = static_cast<std::int64_t>(pairs.size())};
  std::vector<double> differences;
  for (const auto& [prompt, pair] : pairs) {
    const double a = mean_of(pair.a), b = mean_of(pair.b);
    out.a += a / static_cast<double>(pairs.size());
    out.b += b / static_cast<double>(pairs.size());
    differences.push_back(b - a);
    if (a == b)
      ++out.equal;
    else if (higher_is_better.has_value())
      ++((b > a) == *higher_is_better ? out.better : out.worse);
  }
  out.difference = bootstrap(differences, options, 2 * number);
  out.p = sign_flip_p(differences, options, 2 * number + 1);
  return out;
}

void correct_by_holm(std::vector<PairedDifference>& rows) {
  std::vector<std::size_t> order(rows.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return rows[a].p < rows[b].p; });
  double floor = 0.0;
  for (std::size_t k = 0; k < order.size(); ++k) {
    floor = std::max(floor, std::min(1.0, rows[order[k]].p * static_cast<double>(order.size() - k)));
    rows[order[k]].p_holm = floor;
  }
}

}  // namespace

Comparison compare(const Results& a, const Results& b, const CompareOptions& options) {
  GALLOP_CHECK(options.replicates >= 100 && options.replicates <= 10'000'000, InvalidArgument,
               "compare.replicates: {}, expected 100 to 10000000", options.replicates);
  const auto left = scored(a), right = scored(b);
  std::map<std::string, Pairs> by_dimension;
  Comparison out;
  for (const auto& [place, row] : left) {
    const auto other = right.find(place);
    if (other == right.end()) {
      out.left_out.push_back({row->clip, row->dimension + ": only the first run has a score"});
      continue;
    }
    auto& pair = by_dimension[row->dimension][std::get<1>(place)];
    add(pair.a, share_of(*row));
    add(pair.b, share_of(*other->second));
  }
  for (const auto& [place, row] : right)
    if (!left.contains(place)) out.left_out.push_back({row->clip, row->dimension + ": only the second run has a score"});
  std::map<std::string, std::optional<bool>> higher;
  for (const auto& info : evaluators::list("")) higher[info.name] = info.higher_is_better;
  for (const auto& [dimension, pairs] : by_dimension) {
    const auto known = higher.find(dimension);
    out.dimensions.push_back(difference_of(dimension, pairs, known == higher.end() ? true : known->second, options, out.dimensions.size()));
  }
  correct_by_holm(out.dimensions);
  return out;
}

}  // namespace gallop::benchmark
