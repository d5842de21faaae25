// Agreement of automatic scores with people. arena.md 15.1.
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "arena/statistics.h"
#include "base/check.h"
#include "gallop/arena.h"

namespace gallop {
namespace arena {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr std::size_t kFewModels = 6;

struct Judged {
  double human;       // 1, 0.5, 0 for the lower model
  double difference;  // of the clip scores
};
// Points of one prompt, so that prompts can be resampled by adding.
struct PromptPoints {
  std::vector<double> human, automatic, games;
};

double pearson(const std::vector<double>& x, const std::vector<double>& y) {
  const auto n = static_cast<double>(x.size());
  const double mx = std::accumulate(x.begin(), x.end(), 0.0) / n, my = std::accumulate(y.begin(), y.end(), 0.0) / n;
  double xx = 0, yy = 0, xy = 0;
  for (std::size_t k = 0; k < x.size(); ++k) {
    xx += (x[k] - mx) * (x[k] - mx);
    yy += (y[k] - my) * (y[k] - my);
    xy += (x[k] - mx) * (y[k] - my);
  }
  return xx > 0 && yy > 0 ? xy / std::sqrt(xx * yy) : kNaN;
}

std::vector<double> mean_ranks(const std::vector<double>& x) {
  std::vector<double> ranks(x.size());
  for (std::size_t i = 0; i < x.size(); ++i)
    for (const double other : x) ranks[i] += other < x[i] ? 1 : other == x[i] ? 0.5 : 0;
  return ranks;
}

double kendall_b(const std::vector<double>& x, const std::vector<double>& y) {
  double both = 0, by_x = 0, by_y = 0;
  const auto sign = [](double d) { return d > 0 ? 1.0 : d < 0 ? -1.0 : 0.0; };
  for (std::size_t i = 0; i < x.size(); ++i)
    for (std::size_t j = i + 1; j < x.size(); ++j) {
      const double a = sign(x[i] - x[j]), b = sign(y[i] - y[j]);
      both += a * b;
      by_x += a * a;
      by_y += b * b;
    }
  return by_x > 0 && by_y > 0 ? both / std::sqrt(by_x * by_y) : kNaN;
}

double automatic_share(double difference) { return difference > 0 ? 1 : difference < 0 ? 0 : 0.5; }

// All judged pairs, and the points of each prompt.
void collect(const AgreementInput& in, std::vector<Judged>& judged, std::vector<PromptPoints>& points) {
  const std::size_t n = in.models, pairs = n * (n - 1) / 2;
  for (std::size_t p = 0; p < in.prompts; ++p) {
    auto& prompt = points.emplace_back(PromptPoints{std::vector<double>(n), std::vector<double>(n), std::vector<double>(n)});
    for (std::size_t s = 0; s < in.samples; ++s) {
      const auto clip = p * in.samples + s;
      std::size_t pair = 0;
      for (std::size_t a = 0; a < n; ++a)
        for (std::size_t b = a + 1; b < n; ++b, ++pair) {
          const double human = in.human[clip * pairs + pair];
          if (std::isnan(human)) continue;
          GALLOP_CHECK(human == 0 || human == 0.5 || human == 1, InvalidArgument,
                       "human: prompt {}, sample {}, pair {} is {}, expected 0, 0.5, 1 or NaN", p, s, pair, human);
          const double left = in.score[clip * n + a], right = in.score[clip * n + b];
          GALLOP_CHECK(std::isfinite(left) && std::isfinite(right), InvalidArgument,
                       "score: prompt {}, sample {} lacks a finite score of a judged clip", p, s);
          judged.push_back({human, left - right});
          const double automatic = automatic_share(left - right);
          for (const auto& [model, h, x] : {std::tuple(a, human, automatic), std::tuple(b, 1 - human, 1 - automatic)}) {
            prompt.human[model] += h;
            prompt.automatic[model] += x;
            ++prompt.games[model];
          }
        }
    }
  }
}

struct Ratios {
  std::vector<double> human, automatic;
};
// Win ratios over prompts that count `times[p]` times each.
Ratios ratios(const std::vector<PromptPoints>& points, const std::vector<double>& times, std::size_t models) {
  Ratios r{std::vector<double>(models), std::vector<double>(models)};
  std::vector<double> games(models);
  for (std::size_t p = 0; p < points.size(); ++p)
    for (std::size_t m = 0; m < models; ++m) {
      r.human[m] += times[p] * points[p].human[m];
      r.automatic[m] += times[p] * points[p].automatic[m];
      games[m] += times[p] * points[p].games[m];
    }
  for (std::size_t m = 0; m < models; ++m) {
    r.human[m] /= games[m];
    r.automatic[m] /= games[m];
  }
  return r;
}

void fill_intervals(const std::vector<PromptPoints>& points, const AgreementInput& in, Agreement& out) {
  const std::size_t prompts = points.size();
  const auto correlation = [&](const std::vector<double>& times) {
    const auto r = ratios(points, times, in.models);
    return pearson(r.human, r.automatic);
  };
  std::vector<double> left_out;
  for (std::size_t p = 0; p < prompts; ++p) {
    std::vector<double> times(prompts, 1);
    times[p] = 0;
    left_out.push_back(correlation(times));
  }
  const double mean = std::accumulate(left_out.begin(), left_out.end(), 0.0) / static_cast<double>(prompts);
  double square = 0;
  for (const double x : left_out) square += (x - mean) * (x - mean);
  out.pearson_se = prompts > 1 ? std::sqrt(static_cast<double>(prompts - 1) / static_cast<double>(prompts) * square) : kNaN;
  std::vector<double> drawn;
  int undefined = 0;
  for (int b = 0; b < in.replicates; ++b) {
    RandomStream random(in.seed, static_cast<std::uint64_t>(b));
    std::vector<double> times(prompts, 0);
    for (std::size_t k = 0; k < prompts; ++k) ++times[random.below(prompts)];
    const double r = correlation(times);
    if (std::isnan(r))
      ++undefined;
    else
      drawn.push_back(r);
  }
  out.pearson_lower = percentile(drawn, 0.025);
  out.pearson_upper = percentile(drawn, 0.975);
  if (undefined > 0)
    out.notes.push_back(fmt::format("{} of {} replicates have no correlation (a constant side)", undefined, in.replicates));
}

// 0 = lower model lost, 1 = tie, 2 = won.
int human_class(double human) { return human == 0.5 ? 1 : human == 1 ? 2 : 0; }
int automatic_class(double difference, double eps) { return std::abs(difference) <= eps ? 1 : difference > 0 ? 2 : 0; }

// Sweeps the tolerance upwards: each pair turns from its sign to "tie" once, so one sort serves all candidates.
void fill_tolerance(std::vector<Judged> judged, Agreement& out) {
  std::sort(judged.begin(), judged.end(), [](const Judged& a, const Judged& b) { return std::abs(a.difference) < std::abs(b.difference); });
  std::int64_t right = 0;
  for (const auto& j : judged) right += automatic_class(j.difference, -1) == human_class(j.human);
  std::int64_t best = -1;
  for (std::size_t at = 0; at <= judged.size();) {
    const double eps = at == 0 && (judged.empty() || judged[0].difference != 0) && best < 0 ? 0
                       : at < judged.size()                                                 ? std::abs(judged[at].difference)
                                                                                            : -1;
    if (eps < 0) break;
    while (at < judged.size() && std::abs(judged[at].difference) <= eps) {
      right += (human_class(judged[at].human) == 1) - (automatic_class(judged[at].difference, -1) == human_class(judged[at].human));
      ++at;
    }
    if (right > best) {
      best = right;
      out.tolerance = eps;
    }
  }
  out.accuracy_with_ties = static_cast<double>(best) / static_cast<double>(judged.size());
  double human[3] = {}, automatic[3] = {}, n = static_cast<double>(judged.size()), chance = 0;
  for (const auto& j : judged) {
    ++human[human_class(j.human)];
    ++automatic[automatic_class(j.difference, out.tolerance)];
  }
  for (int k = 0; k < 3; ++k) chance += human[k] / n * automatic[k] / n;
  out.kappa = chance < 1 ? (out.accuracy_with_ties - chance) / (1 - chance) : kNaN;
}

}  // namespace
}  // namespace arena

inline namespace v0 {

Agreement agreement(const AgreementInput& in) {
  using namespace arena;
  GALLOP_CHECK(in.models >= 2 && in.prompts >= 1 && in.samples >= 1, InvalidArgument,
               "models {}, prompts {}, samples {}: expected at least 2, 1 and 1", in.models, in.prompts, in.samples);
  GALLOP_CHECK(in.score.size() / in.models / in.samples == in.prompts && in.score.size() == in.prompts * in.samples * in.models,
               InvalidArgument, "score: {} entries, expected prompts {} x samples {} x models {}", in.score.size(), in.prompts, in.samples,
               in.models);
  GALLOP_CHECK(in.human.size() == in.prompts * in.samples * (in.models * (in.models - 1) / 2), InvalidArgument,
               "human: {} entries, expected prompts {} x samples {} x pairs {}", in.human.size(), in.prompts, in.samples,
               in.models * (in.models - 1) / 2);
  GALLOP_CHECK(in.replicates >= 0 && in.replicates <= 1000000, InvalidArgument, "replicates: {}, expected 0 to 1000000", in.replicates);
  std::vector<Judged> judged;
  std::vector<PromptPoints> points;
  collect(in, judged, points);
  GALLOP_CHECK(!judged.empty(), InvalidArgument, "human: no pair was judged, expected at least one");
  Agreement out;
  const auto r = ratios(points, std::vector<double>(points.size(), 1), in.models);
  out.human_ratio = r.human;
  out.automatic_ratio = r.automatic;
  out.pearson = pearson(r.human, r.automatic);
  out.spearman = pearson(mean_ranks(r.human), mean_ranks(r.automatic));
  out.kendall = kendall_b(r.human, r.automatic);
  fill_intervals(points, in, out);
  out.pairs = static_cast<std::int64_t>(judged.size());
  double right = 0, half = 0;
  for (const auto& j : judged) {
    if (j.human == 0.5) continue;
    ++out.decisive;
    right += automatic_share(j.difference) == j.human;
    half += j.difference == 0 ? 0.5 : 0;
  }
  out.accuracy = out.decisive > 0 ? right / static_cast<double>(out.decisive) : kNaN;
  out.accuracy_half = out.decisive > 0 ? (right + half) / static_cast<double>(out.decisive) : kNaN;
  fill_tolerance(std::move(judged), out);
  if (in.models <= kFewModels) out.notes.push_back(fmt::format("n = {} models: n too small for ranking claims", in.models));
  return out;
}

}  // namespace v0
}  // namespace gallop
