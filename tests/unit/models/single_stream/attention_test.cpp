// Local attention against a dense mask, and the gated row operators against scalar formulas.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "models/single_stream/block.h"
#include "nn/gated.h"
#include "support/hashed.h"

using namespace gallop;
using namespace gallop::models::single_stream;

namespace {

// Softmax over a dense mask of everything a query may see, in float64.
at::Tensor masked_attention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, const Layout& layout, std::int64_t window) {
  const auto heads = q.size(1), group = heads / k.size(1), total = layout.total();
  auto mask = at::zeros({total, total}, at::kDouble);
  for (std::int64_t a = 0; a < layout.video(); ++a)
    for (std::int64_t b = 0; b < layout.video(); ++b)
      if (std::abs(a / layout.per_frame() - b / layout.per_frame()) > window) mask[a][b] = -1e30;
  std::vector<at::Tensor> out;
  for (std::int64_t h = 0; h < heads; ++h) {
    const auto query = q.select(1, h).to(at::kDouble), key = k.select(1, h / group).to(at::kDouble),
               value = v.select(1, h / group).to(at::kDouble);
    const auto scores = at::matmul(query, key.t()) / std::sqrt(static_cast<double>(q.size(2))) + mask;
    out.push_back(at::matmul(at::softmax(scores, -1), value));
  }
  return at::stack(out, 1).flatten(1);
}

double sloped(double a) { return a / (1.0 + std::exp(-1.702 * a)); }

}  // namespace

TEST_CASE("local attention is one softmax over the union of window and tail") {
  for (const std::int64_t frames : {1, 3, 4, 9}) {
    CAPTURE(frames);
    const Layout layout{frames, 2, 3, 7, 5};
    const auto q = test::hashed(1, {layout.total(), 10, 16}, 1.7), k = test::hashed(2, {layout.total(), 2, 16}, 1.7),
               v = test::hashed(3, {layout.total(), 2, 16}, 1.7);
    const auto found = joint_attention(q, k, v, layout, 2);
    CHECK((found - masked_attention(q, k, v, layout, 2)).abs().max().item<double>() < 2e-6);
    // Without the text queries the others do not change.
    const auto kept = layout.video() + layout.audio;
    CHECK((joint_attention(q.narrow(0, 0, kept), k, v, layout, 2) - found.narrow(0, 0, kept)).abs().max().item<double>() < 2e-6);
    const auto full = joint_attention(q, k, v, layout, -1);
    CHECK((full - masked_attention(q, k, v, layout, 1000)).abs().max().item<double>() < 2e-6);
    // Inside the window local and full are the same computation.
    if (frames <= 3) CHECK(found.equal(full));
    if (frames == 9) CHECK((found - full).abs().max().item<double>() > 1e-2);
  }
}

TEST_CASE("activations clamp the gate from above and the linear branch on both sides") {
  std::vector<float> values;
  for (const double a : {-100.0, -9.0, -7.0, -1.0, 0.0, 0.5, 6.9, 7.0, 8.0, 100.0})
    for (const double b : {-20.0, -7.0, -0.3, 0.0, 7.0, 30.0}) {
      values.push_back(static_cast<float>(a));
      values.push_back(static_cast<float>(b));
    }
  const auto x = at::tensor(values).view({3, -1});
  const auto gated = nn::swiglu7(x).flatten();
  const auto plain = nn::gelu7(x.clone()).flatten();
  for (std::int64_t i = 0; i < gated.numel(); ++i) {
    const double a = std::min(7.0, static_cast<double>(values[static_cast<std::size_t>(2 * i)]));
    const double b = std::clamp(static_cast<double>(values[static_cast<std::size_t>(2 * i + 1)]), -7.0, 7.0);
    CHECK(gated[i].item<double>() == doctest::Approx(sloped(a) * (b + 1.0)).epsilon(1e-5));
    CHECK(plain[2 * i].item<double>() == doctest::Approx(sloped(a)).epsilon(1e-5));
  }
}

TEST_CASE("norm and gate: weights are offsets from one, one sigmoid a head") {
  const auto x = test::hashed(5, {6, 32}, 3.0), weight = test::hashed(6, {32}, 0.5), gate = test::hashed(7, {6, 4}, 4.0);
  const auto normed = nn::offset_rms_norm(x, weight, 1e-6, at::kFloat);
  const auto expected = x * (x.square().mean(-1, true) + 1e-6).rsqrt() * (1.0 + weight);
  CHECK((normed - expected).abs().max().item<double>() < 1e-6);
  CHECK((nn::offset_rms_norm(x, at::zeros({32}), 1e-6, at::kFloat).square().mean(-1) - 1.0).abs().max().item<double>() < 1e-5);
  const auto gated = nn::gate_heads(x.clone(), gate, 8);
  CHECK((gated - (x.view({6, 4, 8}) * gate.sigmoid().unsqueeze(-1)).flatten(1)).abs().max().item<double>() < 1e-6);
}

TEST_CASE("rows in bfloat16 are those of float32, rounded once at the end") {
  const auto half = [](const at::Tensor& x) { return x.to(at::kBFloat16); };
  const auto x = half(test::hashed(8, {5, 48}, 12.0)), weight = test::hashed(9, {16}, 0.5), gate = test::hashed(10, {5, 3}, 4.0);
  const auto wide = x.to(at::kFloat);
  CHECK(nn::swiglu7(x).equal(half(nn::swiglu7(wide))));
  CHECK(nn::gelu7(x).equal(half(nn::gelu7(wide))));
  CHECK(nn::gate_heads(x.clone(), gate, 16).equal(half(nn::gate_heads(wide.clone(), gate, 16))));
  const auto offsets = test::hashed(11, {48}, 0.5);
  CHECK(nn::offset_rms_norm(wide, offsets, 1e-6, at::kBFloat16).equal(half(nn::offset_rms_norm(wide, offsets, 1e-6, at::kFloat))));
  const auto sine = test::hashed(12, {5, 6}, 1.0), cosine = test::hashed(13, {5, 6}, 1.0);
  // A range of the columns of a wider array, as the joint projection has it.
  const auto range = [&](const at::Tensor& all) { return at::cat({all, all}, 1).narrow(1, 48, 48); };
  auto turned = at::empty({5, 48}, at::kFloat), rounded = half(turned);
  nn::head_norm_rotate(range(wide), weight, sine, cosine, 1e-6, turned);
  nn::head_norm_rotate(range(x), weight, sine, cosine, 1e-6, rounded);
  CHECK(rounded.equal(half(turned)));
  const auto broken = half(at::tensor(std::vector<float>{std::nanf(""), 0.0F, 1.0F, std::nanf("")}).view({2, 2}));
  CHECK(nn::swiglu7(broken).isnan().all().item<bool>());
}
