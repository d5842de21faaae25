#include "nn/group_norm.h"

#include <doctest/doctest.h>

namespace {

using namespace gallop;

at::Tensor pictures() {
  auto generator = at::detail::createCPUGenerator(7);
  return at::randn({3, 64, 5, 6}, generator, at::kFloat).mul_(3.0).add_(11.0);
}

at::Tensor exact(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias) {
  return at::group_norm(x.to(at::kDouble), 32, weight.to(at::kDouble), bias.to(at::kDouble), 1e-4);
}

}  // namespace

TEST_CASE("group norm: as in double precision, in either layout, an image whatever its company") {
  const c10::InferenceMode guard;
  const auto x = pictures(), weight = at::linspace(-1.0, 2.0, 64), bias = at::linspace(-0.5, 0.5, 64);
  const auto wanted = exact(x, weight, bias);
  for (const auto layout : {at::MemoryFormat::ChannelsLast, at::MemoryFormat::Contiguous})
    for (const bool rectified : {false, true}) {
      const auto found = nn::group_norm(x.clone(layout), 32, weight, bias, 1e-4, rectified);
      CHECK((found - (rectified ? wanted.relu() : wanted)).abs().max().item<double>() < 1e-5);
      CHECK(nn::group_norm(x.slice(0, 1, 2).clone(layout), 32, weight, bias, 1e-4, rectified).equal(found.slice(0, 1, 2)));
    }
}

TEST_CASE("group norm: what is not a number stays so") {
  const c10::InferenceMode guard;
  auto x = pictures().contiguous(at::MemoryFormat::ChannelsLast);
  x[1][4][2][3] = std::nan("");
  const auto found = nn::group_norm(x, 32, at::ones({64}), at::zeros({64}), 1e-4, false);
  CHECK(found[0].isfinite().all().item<bool>());
  CHECK(found[1].slice(0, 4, 6).isnan().all().item<bool>());
}
