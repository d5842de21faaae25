// Grids and traces recorded from the published samplers (single_stream.md 2.15, 2.16, 5.4).
#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include "schedulers/renoising.h"
#include "schedulers/zero_snr.h"

namespace {

using namespace gallop;
using Trace = std::vector<std::pair<double, double>>;

at::Tensor velocity(const at::Tensor& x, double sigma) { return sigma * x + 0.3 * x * x; }

Trace unipc_trace(int steps) {
  const auto solver = schedulers::make_unipc(schedulers::single_shift_grid(steps, 5.0));
  auto x = at::tensor(std::vector<float>{1.0F, -0.5F});
  Trace trace;
  for (int i = 0; i < steps; ++i) {
    x = solver->step(velocity(x, solver->grid().sigmas[static_cast<std::size_t>(i)]), x);
    trace.emplace_back(x[0].item<double>(), x[1].item<double>());
  }
  return trace;
}

double gap(const Trace& found, std::size_t from, const Trace& recorded) {
  double worst = 0.0;
  for (std::size_t i = 0; i < recorded.size(); ++i)
    worst =
        std::max({worst, std::abs(found.at(from + i).first - recorded[i].first), std::abs(found.at(from + i).second - recorded[i].second)});
  return worst;
}

}  // namespace

TEST_CASE("noise levels of 5, 8 and 32 steps are the recorded ones") {
  const auto check = [](int steps, const std::vector<double>& sigmas, const std::vector<double>& times) {
    const auto grid = schedulers::single_shift_grid(steps, 5.0);
    CHECK(grid.timesteps == times);
    REQUIRE(grid.sigmas.size() == sigmas.size());
    for (std::size_t i = 0; i < sigmas.size(); ++i) CHECK(std::abs(grid.sigmas[i] - sigmas[i]) < 6e-7);
  };
  check(5, {.9998, .952154, .882093, .768935, .555247, 0}, {999, 952, 882, 768, 555});
  check(8, {.9998, .972006, .937265, .892602, .833055, .7497, .624687, .416389, 0}, {999, 972, 937, 892, 833, 749, 624, 416});
  check(32, {.9998,   .993386, .986634, .979518, .972006, .964065, .955657, .94674,  .937265, .92718,  .916422,
             .904923, .892602, .879369, .865118, .849728, .833055, .814934, .795165, .773515, .7497,   .723379,
             .694136, .661453, .624687, .583022, .535408, .480473, .416389, .340661, .2498,   .138765, 0},
        {999, 993, 986, 979, 972, 964, 955, 946, 937, 927, 916, 904, 892, 879, 865, 849,
         833, 814, 795, 773, 749, 723, 694, 661, 624, 583, 535, 480, 416, 340, 249, 138});
}

TEST_CASE("unipc on this grid follows the recorded traces") {
  CHECK(gap(unipc_trace(5), 0, {{.938070, -.479755}, {.860879, -.453600}, {.763138, -.419071}, {.634279, -.372137}, {.371717, -.280475}}) <
        2e-6);
  CHECK(gap(unipc_trace(8), 0,
            {{.963874, -.488190},
             {.922988, -.474539},
             {.875885, -.458495},
             {.819456, -.438989},
             {.752158, -.415270},
             {.672616, -.386791},
             {.586460, -.356407},
             {.441817, -.310481}}) < 2e-6);
  const auto long_trace = unipc_trace(32);
  CHECK(gap(long_trace, 0, {{.991663, -.497275}, {.983096, -.494460}, {.974233, -.491537}}) < 2e-6);
  CHECK(gap(long_trace, 29, {{.535717, -.342855}, {.517899, -.340616}, {.496760, -.338887}}) < 2e-6);
}

TEST_CASE("a re-noising step is the closed form, and the last one is the clean prediction") {
  const auto grid = schedulers::single_shift_grid(8, 5.0);
  const auto x = at::tensor(std::vector<float>{1.0F, -0.5F}), half = at::full({2}, 0.5, at::kFloat);
  for (int i = 0; i < 8; ++i) {
    const double s = grid.sigmas[static_cast<std::size_t>(i)], next = grid.sigmas[static_cast<std::size_t>(i) + 1];
    const auto y = schedulers::renoised(grid, i, velocity(x, s), x, half);
    for (std::int64_t k = 0; k < 2; ++k) {
      const double value = x[k].item<double>();
      CHECK(y[k].item<double>() ==
            doctest::Approx(next * 0.5 + (1.0 - next) * (value - s * (s * value + 0.3 * value * value))).epsilon(1e-6));
    }
  }
}

TEST_CASE("the zero-SNR table has the recorded entries") {
  const auto signal = schedulers::zero_snr_signal();
  CHECK(signal[0] == doctest::Approx(.99957).epsilon(1e-5));
  CHECK(std::abs(signal[220] - .8389104) < 1e-6);
  CHECK(signal[999] == 0.0);
  CHECK(std::sqrt(1.0 - signal[220] * signal[220]) == doctest::Approx(.5442696).epsilon(1e-6));
}
