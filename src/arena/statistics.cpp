#include "arena/statistics.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace gallop::arena {

double sigmoid(double x) {
  if (x >= 0) return 1.0 / (1.0 + std::exp(-x));
  const double e = std::exp(x);
  return e / (1.0 + e);
}

double softplus(double x) { return x > 0 ? x + std::log1p(std::exp(-x)) : std::log1p(std::exp(x)); }

double normal_cdf(double x) { return 0.5 * std::erfc(-x * 0.70710678118654752440); }

double normal_quantile(double probability) {
  // Bisection brackets the root, Newton polishes it; called a few times a fit.
  double low = -40, high = 40;
  for (int i = 0; i < 60; ++i) {
    const double middle = 0.5 * (low + high);
    (normal_cdf(middle) < probability ? low : high) = middle;
  }
  double x = 0.5 * (low + high);
  for (int i = 0; i < 3; ++i) {
    const double density = std::exp(-0.5 * x * x) * 0.39894228040143267794;
    if (density > 1e-300) x -= (normal_cdf(x) - probability) / density;
  }
  return x;
}

namespace {

// Regularised lower incomplete gamma by its series (x < a + 1) or continued fraction.
double lower_gamma(double a, double x) {
  if (x <= 0) return 0;
  const double scale = std::exp(-x + a * std::log(x) - std::lgamma(a));
  if (x < a + 1) {
    double term = 1 / a, sum = term;
    for (double k = a + 1; term > sum * 1e-17; ++k) sum += term *= x / k;
    return sum * scale;
  }
  double b = x + 1 - a, c = 1e300, d = 1 / b, h = d;
  for (int i = 1; i < 10000; ++i) {
    const double step = -i * (i - a);
    b += 2;
    d = 1 / (step * d + b);
    c = b + step / c;
    h *= d * c;
    if (std::abs(d * c - 1) < 1e-16) break;
  }
  return 1 - scale * h;
}

}  // namespace

double chi_square_cdf(double x, double degrees) { return lower_gamma(degrees / 2, x / 2); }

double chi_square_quantile(double probability, double degrees) {
  double low = 0, high = degrees + 10;
  while (chi_square_cdf(high, degrees) < probability) high *= 2;
  for (int i = 0; i < 200 && high - low > 1e-14 * high; ++i) {
    const double middle = 0.5 * (low + high);
    (chi_square_cdf(middle, degrees) < probability ? low : high) = middle;
  }
  return 0.5 * (low + high);
}

double binomial_two_sided(std::int64_t hits, std::int64_t trials) {
  const auto n = static_cast<double>(trials);
  const std::int64_t extreme = std::min(hits, trials - hits);
  double tail = 0;
  for (std::int64_t k = 0; k <= extreme; ++k) {
    const auto x = static_cast<double>(k);
    tail += std::exp(std::lgamma(n + 1) - std::lgamma(x + 1) - std::lgamma(n - x + 1) - n * std::log(2.0));
  }
  return std::min(1.0, 2 * tail);
}

double percentile(std::vector<double> values, double share) {
  if (values.empty()) return std::numeric_limits<double>::quiet_NaN();
  std::sort(values.begin(), values.end());
  const double at = share * static_cast<double>(values.size() - 1);
  const auto below = static_cast<std::size_t>(at);
  if (below + 1 >= values.size()) return values.back();
  return values[below] + (at - static_cast<double>(below)) * (values[below + 1] - values[below]);
}

}  // namespace gallop::arena
