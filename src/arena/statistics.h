// Distributions and streams of random numbers that the ratings need.
#pragma once

#include <cstdint>
#include <vector>

namespace gallop::arena {

inline constexpr double kEloPerNatural = 173.71779276130073;  // 400 / ln 10

double sigmoid(double x);
double softplus(double x);                   // ln(1 + e^x) without overflow
double normal_quantile(double probability);  // 0 < probability < 1
double normal_cdf(double x);
double chi_square_cdf(double x, double degrees);
double chi_square_quantile(double probability, double degrees);
double binomial_two_sided(std::int64_t hits, std::int64_t trials);  // p of a fair coin doing as extreme or worse
double percentile(std::vector<double> values, double share);        // linear interpolation; sorts its copy

// Counter-based stream: the same (seed, stream) gives the same numbers whatever thread draws them.
class RandomStream {
 public:
  __extension__ typedef unsigned __int128 Wide;
  using result_type = std::uint64_t;
  RandomStream(std::uint64_t seed, std::uint64_t stream)
      : key_(mix(mix(seed + 0x9e3779b97f4a7c15ULL) ^ mix(stream * 0xd1342543de82ef95ULL + 1))) {}
  static constexpr result_type min() { return 0; }
  static constexpr result_type max() { return ~0ULL; }
  result_type operator()() { return mix(key_ + 0x9e3779b97f4a7c15ULL * ++counter_); }
  double uniform() { return static_cast<double>((*this)() >> 11) * 0x1p-53; }  // [0, 1)
  std::uint64_t below(std::uint64_t bound) { return static_cast<std::uint64_t>((static_cast<Wide>((*this)()) * bound) >> 64); }

 private:
  static std::uint64_t mix(std::uint64_t x) {
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
    return x ^ (x >> 31);
  }
  std::uint64_t key_;
  std::uint64_t counter_ = 0;
};

}  // namespace gallop::arena
