// Grids and solutions of a scalar problem against diffusers 0.42.1.
#include <doctest/doctest.h>

#include <cmath>
#include <string>

#include "schedulers/scheduler.h"
#include "support/wan_golden.h"

namespace {

using namespace gallop;

at::Tensor velocity(const at::Tensor& x, double s) { return 0.3 * x - 0.7 * s + 0.1 * (3 * x).sin(); }

}  // namespace

TEST_CASE("schedulers: grids and traces of every recorded case") {
  const auto golden = test::wan_golden("schedulers.json");
  if (!golden) return;
  double worst = 0.0;
  for (const auto& item : golden->at("cases")) {
    const std::string kind = item.at("scheduler");
    CAPTURE(kind);
    const double shift = item.at("shift");
    const int steps = item.at("steps");
    CAPTURE(shift);
    CAPTURE(steps);
    const auto scheduler = schedulers::make_scheduler(kind == "dpmpp" ? "dpm++" : kind, steps, shift);
    const auto sigmas = item.at("sigmas").get<std::vector<double>>(), times = item.at("timesteps").get<std::vector<double>>();
    REQUIRE(scheduler->grid().sigmas.size() == sigmas.size());
    REQUIRE(scheduler->grid().timesteps.size() == times.size());
    for (std::size_t i = 0; i < sigmas.size(); ++i) CHECK(std::abs(scheduler->grid().sigmas[i] - sigmas[i]) < 2e-7);
    for (std::size_t i = 0; i < times.size(); ++i)
      CHECK(std::abs(scheduler->grid().timesteps[i] - times[i]) < (kind == "euler" ? 2e-4 : 1e-9));
    auto x = at::tensor(golden->at("x_init").get<std::vector<double>>(), at::kFloat);
    for (int i = 0; i < scheduler->evaluations(); ++i) {
      x = scheduler->step(velocity(x, scheduler->grid().sigmas[static_cast<std::size_t>(i)]), x);
      for (const auto& entry : item.at("trace")) {
        if (entry[0].get<int>() != i + 1) continue;
        const double gap = (x - at::tensor(entry[1].get<std::vector<double>>(), at::kFloat)).abs().max().item<double>();
        worst = std::max(worst, gap);
        CHECK(gap < 5e-6);
      }
    }
  }
  MESSAGE("schedulers: largest difference " << worst);
}

TEST_CASE("schedulers: a restored solver continues bit for bit") {
  for (const auto& name : schedulers::scheduler_names()) {
    CAPTURE(name);
    const auto straight = schedulers::make_scheduler(name, 5, 5.0);
    auto x = test::input("noise", {16});
    schedulers::SolverState state;
    at::Tensor saved;
    for (int i = 0; i < straight->evaluations(); ++i) {
      if (i == 3) {
        state = straight->state();
        saved = x.clone();
      }
      x = straight->step(velocity(x, straight->grid().sigmas[static_cast<std::size_t>(i)]), x);
    }
    const auto resumed = schedulers::make_scheduler(name, 5, 5.0);
    resumed->restore(state);
    for (int i = resumed->evaluation(); i < resumed->evaluations(); ++i)
      saved = resumed->step(velocity(saved, resumed->grid().sigmas[static_cast<std::size_t>(i)]), saved);
    CHECK(saved.equal(x));
  }
}
