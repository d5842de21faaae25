// The turbo and audio decoders against values recorded from the published implementation (single_stream.md 5.5).
#include <doctest/doctest.h>

#include <array>
#include <cmath>

#include "models/stable_audio/vae.h"
#include "models/turbo_decoder/decoder.h"
#include "support/hashed.h"

namespace {

using namespace gallop;
namespace turbo = models::turbo_decoder;
namespace audio = models::stable_audio;

double gap(const at::Tensor& found, const std::vector<double>& recorded) {
  return (found.to(at::kDouble) - at::tensor(recorded, at::kDouble)).abs().max().item<double>();
}

turbo::TurboDecoder recorded_turbo() {
  const auto config = turbo::TurboConfig::published();
  weights::TensorMap tensors;
  auto shapes = turbo::shape_turbo(config);
  turbo::visit(shapes, config, [&](const std::string& name, const std::vector<std::int64_t>& shape, at::Tensor&) {
    tensors[name] = at::empty(shape, at::kFloat);
  });
  REQUIRE(tensors.size() == 80);
  std::int64_t parameters = 0;
  std::uint32_t k = 0;
  for (auto& [name, tensor] : tensors) {
    parameters += tensor.numel();
    const double fan_in = static_cast<double>(tensor.numel() / tensor.size(0));
    tensor = test::hashed(k++, tensor.sizes(), tensor.dim() == 1 ? 0.1 : std::sqrt(3.0 / fan_in));
  }
  CHECK(parameters == 107122892);
  weights::WeightMap map(std::move(tensors), "recorded");
  auto decoder = turbo::TurboDecoder::load(config, map, at::kFloat, at::kCPU);
  map.finish();
  return decoder;
}

at::Tensor decoded(const turbo::TurboDecoder& decoder, at::IntArrayRef shape) {
  std::vector<at::Tensor> parts;
  decoder.decode(test::hashed(1000, shape, std::sqrt(3.0)), [&](const at::Tensor& frames) { parts.push_back(frames); });
  return at::cat(parts).permute({3, 0, 1, 2});  // [3, F, H, W]
}

}  // namespace

TEST_CASE("turbo decoder: one window and two, at the seam too") {
  const auto decoder = recorded_turbo();
  const auto one = decoded(decoder, {48, 3, 2, 3});
  CHECK(one.sizes() == at::IntArrayRef{3, 9, 32, 48});
  // Four digits were recorded.
  CHECK(std::abs(std::sqrt(one.square().mean().item<double>()) - .692136) < 1e-5);
  CHECK(std::abs(one.mean().item<double>() - .182463) < 1e-5);
  CHECK(gap(one[0][0][0].narrow(0, 0, 4), {.1782, -.3678, .5790, -.1711}) < 1e-4);
  CHECK(gap(one[2][8][31].narrow(0, 44, 4), {.0644, -.6335, -.0266, -.5228}) < 1e-4);
  const auto two = decoded(decoder, {48, 9, 2, 3});
  CHECK(two.sizes() == at::IntArrayRef{3, 33, 32, 48});
  CHECK(std::abs(std::sqrt(two.square().mean().item<double>()) - .679434) < 1e-5);
  CHECK(std::abs(two.mean().item<double>() - .164041) < 1e-5);
  CHECK(gap(two[0][0][0].narrow(0, 0, 4), {.6689, .2738, .9311, .6164}) < 1e-4);
  CHECK(gap(two[2][32][31].narrow(0, 44, 4), {.1488, -.3084, .2894, .0124}) < 1e-4);
  CHECK(gap(two[1][24][0].narrow(0, 0, 2), {-.0429, .3231}) < 1e-4);
  CHECK(gap(two[1][25][0].narrow(0, 0, 2), {.4889, .2325}) < 1e-4);
}

namespace {

weights::TensorMap recorded_audio(const audio::AudioVaeConfig& config) {
  auto recording = weights::WeightMap::recording();
  (void)audio::AudioVae::load(config, recording, at::kMeta, false);
  weights::TensorMap tensors;
  for (const auto& [name, shape] : recording.requested()) tensors[name] = at::empty(shape, at::kFloat);
  REQUIRE(tensors.size() == 182);
  std::uint32_t k = 0;
  for (auto& [name, tensor] : tensors) {
    const double amp = name.ends_with("bias") ? 0.1 : name.ends_with("alpha") || name.ends_with("beta") ? 0.5 : 1.0;
    const auto values = test::hashed(k++, tensor.sizes(), amp);
    tensor = name.ends_with("weight_g") ? at::ones(values.sizes(), at::kFloat) : values;
  }
  return tensors;
}

at::Tensor decoded_wave(const audio::AudioVaeConfig& config, const weights::TensorMap& tensors, at::ScalarType dtype) {
  weights::WeightMap map(tensors, "recorded");
  const auto vae = audio::AudioVae::load(config, map, at::kCPU, false, dtype);
  map.finish();
  CHECK_FALSE(vae.has_encoder());
  return vae.decode(test::hashed(1001, {64, 5}, std::sqrt(3.0)));
}

}  // namespace

// Thirty-one sines in a row on weights of this size amplify the rounding of a sum: in float32 a sample lies up to 0.03 from the
// exact one whatever the order of summation, the recorded float32 run included, whose statistics alone are stable. The exact
// values come from the published formulas written down a second time in numpy-like Python and run in float64.
TEST_CASE("audio decoder: the recorded waveform, exact in float64 and within rounding in float32") {
  const audio::AudioVaeConfig config;
  CHECK(config.hop() == 2048);
  const auto tensors = recorded_audio(config);
  const auto exact = decoded_wave(config, tensors, at::kDouble);
  REQUIRE(exact.sizes() == at::IntArrayRef{2, 10240});
  CHECK(gap(exact[0].narrow(0, 0, 4), {2.5917327691, 3.5865621804, 3.6623871449, 5.7877231953}) < 1e-6);
  CHECK(gap(exact[1].narrow(0, 10236, 4), {-12.1788281011, -3.4330804912, 7.8834248582, 9.6335669491}) < 1e-6);
  const auto wave = decoded_wave(config, tensors, at::kFloat);
  CHECK(std::sqrt(wave.square().mean().item<double>()) == doctest::Approx(30.442152).epsilon(1e-5));
  CHECK(wave.mean().item<double>() == doctest::Approx(.729927).epsilon(1e-4));
  CHECK(gap(wave[0].narrow(0, 0, 4), {2.5927, 3.5861, 3.6591, 5.7831}) < 2e-2);
  CHECK(gap(wave[1].narrow(0, 10236, 4), {-12.1757, -3.4327, 7.8844, 9.6342}) < 2e-2);
  CHECK((wave - exact).square().mean().sqrt().item<double>() < 1e-2);  // of 30
}
