// The correlation lookup on maps whose values say where they were read.
#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "models/correlation/pyramid.h"
#include "models/correlation/volume_kernels.h"
#include "tensor/noise.h"

namespace gallop {
namespace {

using models::correlation::Pyramid;

// Value 100 y + x at every position, the same for each query; two levels.
Pyramid ramp() {
  const auto grid = models::correlation::pixel_grid(8, 8, at::kFloat);
  const auto map = (grid.select(1, 1) * 100 + grid.select(1, 0)).reshape({1, 64});
  return Pyramid({.levels = 2, .radius = 1}, map.expand({64, 64}).contiguous(), 8, 8);
}

TEST_CASE("correlation: channel a * side + b samples x + a - radius, y + b - radius") {
  const auto looked = ramp().lookup(at::full({1, 2, 8, 8}, 4.0));
  CHECK(looked.size(1) == 18);
  for (int a = 0; a < 3; ++a)
    for (int b = 0; b < 3; ++b) CHECK(looked[0][a * 3 + b][2][3].item<float>() == doctest::Approx(100 * (4 + b - 1) + 4 + a - 1));
}

TEST_CASE("correlation: fractions interpolate, the outside is zero, a lost centre stays lost") {
  auto centres = at::full({1, 2, 8, 8}, 2.5);
  centres[0][0][0][1] = -1.5F;  // half of a column outside
  centres[0][0][0][2] = std::numeric_limits<float>::quiet_NaN();
  centres[0][0][0][3] = 1e12F;
  const auto looked = ramp().lookup(centres);
  CHECK(looked[0][4][0][0].item<float>() == doctest::Approx(252.5));
  CHECK(looked[0][7][0][1].item<float>() == doctest::Approx(0.5 * 250));  // x from -1 to 0
  CHECK(std::isnan(looked[0][4][0][2].item<float>()));
  CHECK(looked[0][4][0][3].item<float>() == 0.0F);
}

TEST_CASE("correlation: a coarser level is the average of its texels") {
  const auto looked = ramp().lookup(at::full({1, 2, 8, 8}, 2.0));
  CHECK(looked[0][9 + 4][0][0].item<float>() == doctest::Approx(250 + 2.5));  // texels 2..3 of both axes
}

TEST_CASE("correlation: a volume is halved and turned as the library does it, bit for bit, and an odd last row is left out") {
  const auto volume = tensor::seeded_normal({37, 21 * 35}, 3);
  CHECK(models::correlation::transposed(volume).equal(volume.t()));
  const auto halved = at::empty({37, 10, 17}), wanted = at::avg_pool2d(volume.view({37, 1, 21, 35}), {2, 2}, {2, 2}).squeeze(1);
  models::correlation::kernels::halve(volume.const_data_ptr<float>(), 37, 21, 35, halved.mutable_data_ptr<float>(), 2);
  CHECK(halved.equal(wanted));
}

TEST_CASE("correlation: the library's sampler gives what the kernel gives") {
  const auto centres = at::cat({at::linspace(-3.0, 11.0, 64).view({1, 1, 8, 8}), at::linspace(9.5, -2.25, 64).view({1, 1, 8, 8})}, 1);
  const auto by_kernel = ramp().lookup(centres), by_sampler = ramp().lookup_by_sampler(centres);
  CHECK(by_kernel.sizes() == by_sampler.sizes());
  CHECK((by_kernel - by_sampler).abs().max().item<float>() < 2e-3F);  // of values up to 700
}

}  // namespace
}  // namespace gallop
