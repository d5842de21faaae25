#include <doctest/doctest.h>

#include "tensor/noise.h"

using namespace gallop;

TEST_CASE("noise: a seed is a sequence") {
  const auto a = tensor::seeded_normal({4, 1000}, 7);
  CHECK(a.equal(tensor::seeded_normal({4, 1000}, 7)));
  CHECK(!a.equal(tensor::seeded_normal({4, 1000}, 8)));
  CHECK(std::abs(a.mean().item<double>()) < 0.05);
  CHECK(std::abs(a.std().item<double>() - 1.0) < 0.05);
}

TEST_CASE("noise: equals torch.randn with the same generator seed") {
  // torch 2.13.0: torch.randn(4, generator=torch.Generator().manual_seed(0))
  const auto a = tensor::seeded_normal({4}, 0);
  CHECK(a[0].item<float>() == doctest::Approx(1.5409961f));
  CHECK(a[1].item<float>() == doctest::Approx(-0.2934289f));
  CHECK(a[2].item<float>() == doctest::Approx(-2.1787894f));
  CHECK(a[3].item<float>() == doctest::Approx(0.5684313f));
}
