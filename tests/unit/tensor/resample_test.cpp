// Fourier resampling: exact on periodic signals, the documented lengths of generated sound.
#include <doctest/doctest.h>

#include <cmath>

#include "gallop/error.h"
#include "tensor/noise.h"
#include "tensor/resample.h"

using namespace gallop;

namespace {

// `cycles` periods over n samples.
at::Tensor wave(std::int64_t n, double cycles) {
  const auto t = at::arange(n, at::TensorOptions().dtype(at::kDouble)) * (2.0 * 3.14159265358979323846 * cycles / static_cast<double>(n));
  return at::stack({t.sin(), (2.0 * t + 0.5).cos()}).to(at::kFloat);
}
double gap(const at::Tensor& a, const at::Tensor& b) { return (a - b).abs().max().item<double>(); }

}  // namespace

TEST_CASE("resample: tones below both Nyquist limits keep their values at the new instants") {
  for (const auto& [from, to] :
       {std::pair<std::int64_t, std::int64_t>{512, 441}, {441, 512}, {2048, 1764}, {2049, 1765}, {100, 100}, {64, 9}, {7, 32}}) {
    CAPTURE(from);
    CAPTURE(to);
    CHECK(gap(tensor::resample_fourier(wave(from, 1.0), to), wave(to, 1.0)) < 2e-6);
  }
}

TEST_CASE("resample: the recorded values of scipy 1.13 for both parities of both lengths") {
  // scipy.signal.resample([1, 2, 4, 8, 5, 3], n) in float64.
  const auto x = at::tensor(std::vector<float>{1, 2, 4, 8, 5, 3}).unsqueeze(0);
  const std::vector<std::pair<std::int64_t, std::vector<double>>> recorded = {
      {3, {0.833333333, 4.833333333, 5.833333333}},
      {4, {1.500000000, 2.589316397, 7.500000000, 3.744016936}},
      {5, {1.500000000, 1.817844952, 6.127037672, 6.805753620, 2.916030423}},
      {7, {1.000000000, 1.813610456, 3.025630430, 6.812657378, 7.313663166, 4.151380215, 2.716391689}},
      {8, {1.000000000, 1.657318090, 2.589316397, 5.192851996, 8.000000000, 6.009348577, 3.744016936, 2.473814671}},
      {11,
       {1.000000000, 1.345534374, 2.105084681, 2.841434683, 4.846079990, 7.437419942, 7.762736677, 5.718744430, 3.984382035, 3.155437236,
        1.969812617}},
      {12,
       {1.000000000, 1.279915321, 2.000000000, 2.589316397, 4.000000000, 6.476067743, 8.000000000, 7.053418013, 5.000000000, 3.744016936,
        3.000000000, 1.857265590}},
  };
  for (const auto& [count, values] : recorded) {
    CAPTURE(count);
    CHECK(gap(tensor::resample_fourier(x, count)[0].to(at::kDouble), at::tensor(values, at::kDouble)) < 2e-6);
  }
}

TEST_CASE("resample: what lies above the new limit goes, lengths are exact, nothing is refused silently") {
  CHECK(tensor::resample_fourier(wave(512, 250.0), 441).select(0, 0).abs().max().item<double>() < 1e-5);
  CHECK(tensor::resample_fourier(at::zeros({2, 2048 * 126}), 2048 * 126 * 441 / 512).size(1) == 222264);
  CHECK(tensor::resample_fourier(at::zeros({2, 2048 * 101}), 2048 * 101 * 441 / 512).size(1) == 178164);
  CHECK_THROWS_AS(tensor::resample_fourier(at::zeros({2, 0}), 10), InvalidArgument);
  CHECK_THROWS_AS(tensor::resample_fourier(at::zeros({2, 10}), 0), InvalidArgument);
}
