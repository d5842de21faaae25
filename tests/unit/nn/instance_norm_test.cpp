// Instance normalisation against double precision, on maps large enough for float32 sums to lose digits.
#include <doctest/doctest.h>

#include "nn/instance_norm.h"
#include "nn/layers.h"
#include "tensor/noise.h"

namespace gallop {
namespace {

at::Tensor expected(const at::Tensor& x, double eps) {
  const auto wide = x.to(at::kDouble), centred = wide - wide.mean({2, 3}, true);
  return centred / (centred.square().mean({2, 3}, true) + eps).sqrt();
}

TEST_CASE("instance norm: as in double precision, in either layout, whatever the batch") {
  for (const auto& [channels, height, width] : {std::tuple(64, 192, 256), std::tuple(5, 3, 7), std::tuple(96, 17, 16)}) {
    const auto x = tensor::seeded_normal({2, channels, height, width}, 7).relu().mul(2.0).add(0.7);
    const auto right = expected(x, 1e-5);
    const auto last = x.contiguous(at::MemoryFormat::ChannelsLast), found = nn::instance_norm_(last.clone());
    CHECK((found.to(at::kDouble) - right).abs().max().item<double>() < 2e-6 * right.abs().max().item<double>() + 1e-6);
    CHECK((nn::instance_norm_(x.clone()).to(at::kDouble) - right).abs().max().item<double>() <
          2e-6 * right.abs().max().item<double>() + 1e-6);
    CHECK(found.strides() == last.strides());
    CHECK(nn::instance_norm_(last.narrow(0, 1, 1).clone()).equal(found.narrow(0, 1, 1)));
    CHECK(nn::instance_norm_relu_(last.clone()).equal(found.relu()));
    CHECK(nn::instance_norm_relu_(x.clone()).equal(nn::instance_norm_(x.clone()).relu()));
  }
}

TEST_CASE("instance norm: equal values become what the library makes of them, to the last bit") {
  const c10::InferenceMode guard;
  const auto values = at::linspace(0.1, 0.9, 7).view({1, 7, 1, 1}).expand({1, 7, 32, 64});
  const auto found = nn::instance_norm_(values.contiguous(at::MemoryFormat::ChannelsLast));
  const auto wanted = at::batch_norm(values.contiguous(), {}, {}, {}, {}, true, 0.0, 1e-5, false);
#ifdef __SANITIZE_ADDRESS__
  // Sanitizers leave only the plainest form of the kernel, which rounds twice and so makes nothing of them.
  CHECK((found - wanted).abs().max().item<double>() < 2e-5);
#else
  CHECK(found.equal(wanted));
#endif
}

}  // namespace
}  // namespace gallop
