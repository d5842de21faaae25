// The sampling rules with a denoiser whose answers are known.
#include "pipelines/single_stream/sampling.h"

#include <doctest/doctest.h>

#include <cmath>

#include "gallop/error.h"
#include "schedulers/renoising.h"

using namespace gallop;
using namespace gallop::pipelines;
using joint::LatentKind;
using joint::Latents;

namespace {

constexpr single_stream::StageSize kSize{3, 4, 6, 9};

// The velocity from noise to a fixed clean sample: a solver reaches it exactly, whatever the path.
joint::Denoiser towards(const Latents& clean, const schedulers::Grid& grid) {
  return [=](const Latents& x, const joint::Conditions&, std::optional<double> timestep) {
    std::size_t i = 0;
    while (grid.timesteps[i] != *timestep) ++i;
    return Latents{(x.video - clean.video) / grid.sigmas[i], (x.audio - clean.audio) / grid.sigmas[i]};
  };
}

Latents noise_of(std::uint64_t seed) {
  tensor::NoiseStream stream(seed);
  return single_stream::first_noise(kSize, 48, 64, stream);
}

double gap(const at::Tensor& a, const at::Tensor& b) { return (a - b).abs().max().item<double>(); }

}  // namespace

TEST_CASE("noise: one stream of the seed, sound before picture") {
  tensor::NoiseStream a(7), b(7);
  const auto start = single_stream::first_noise(kSize, 48, 64, a);
  CHECK(start.audio.equal(b.normal({9, 64})));
  CHECK(start.video.equal(b.normal({48, 3, 4, 6})));
  CHECK(a.normal({20}).equal(b.normal({20})));
  CHECK_FALSE(noise_of(8).video.equal(start.video));
  tensor::NoiseStream c(7);
  const auto sound = at::ones({9, 64});
  const auto driven = single_stream::first_noise(kSize, 48, 64, c, sound);
  CHECK(driven.audio.equal(sound));
  CHECK_FALSE(driven.video.equal(start.video));  // the sound's noise was not drawn
}

TEST_CASE("guidance: five above timestep 500, two below, for the picture alone") {
  const auto rule = single_stream::base_guidance(5.0, 2.0);
  const auto grid = schedulers::single_shift_grid(32, 5.0);
  int high = 0;
  for (const double t : grid.timesteps) {
    high += rule(LatentKind::video, t, 0) == 5.0;
    CHECK(rule(LatentKind::audio, t, 0) == 5.0);
  }
  CHECK(high == 27);
  CHECK(rule(LatentKind::video, 500.0, 3) == 2.0);
  const auto refine = single_stream::refiner_guidance(3.5);
  CHECK(refine(LatentKind::video, 900.0, 12) == 2.0);
  CHECK(refine(LatentKind::video, 900.0, 13) == 3.5);
  CHECK(single_stream::refiner_guidance(1.5)(LatentKind::video, 900.0, 0) == 1.5);
}

TEST_CASE("guidance: both branches are combined frame by frame") {
  const Latents with{at::full({2, 3, 1, 1}, 3.0, at::kFloat), at::full({4, 2}, 3.0, at::kFloat)};
  const Latents without{at::full({2, 3, 1, 1}, 1.0, at::kFloat), at::full({4, 2}, 1.0, at::kFloat)};
  const auto mixed = joint::guided(
      with, without,
      [](LatentKind kind, double, std::int64_t frame) { return kind == LatentKind::audio ? 10.0 : static_cast<double>(frame); }, 0.0);
  CHECK(mixed.audio.eq(21.0).all().item<bool>());
  for (std::int64_t t = 0; t < 3; ++t) CHECK(mixed.video.select(1, t).eq(1.0 + 2.0 * static_cast<double>(t)).all().item<bool>());
}

TEST_CASE("stages reach the clean sample, with either sampler") {
  const auto clean = noise_of(1);
  for (const bool distilled : {false, true}) {
    CAPTURE(distilled);
    const auto plan = single_stream::base_plan(distilled ? 8 : 32, 5.0, distilled);
    tensor::NoiseStream stream(3);
    int seen = 0;
    const auto result = joint::run_stage(towards(clean, plan.grid), {}, noise_of(2), plan, stream,
                                         [&](int done, const Latents&) { CHECK(done == ++seen); });
    CHECK(seen == (distilled ? 8 : 32));
    CHECK(gap(result.video, clean.video) < 1e-5);
    CHECK(gap(result.audio, clean.audio) < 1e-5);
  }
}

TEST_CASE("re-noising draws for picture and sound at every step, UniPC never") {
  const auto clean = noise_of(1);
  for (const bool distilled : {false, true}) {
    const auto plan = single_stream::base_plan(4, 5.0, distilled);
    tensor::NoiseStream used(3), expected(3);
    (void)joint::run_stage(towards(clean, plan.grid), {}, noise_of(2), plan, used);
    if (distilled)
      for (int i = 0; i < 4; ++i) {
        (void)expected.normal({48, 3, 4, 6});
        (void)expected.normal({9, 64});
      }
    CHECK(used.normal({16}).equal(expected.normal({16})));
  }
}

TEST_CASE("a given first frame is there before every evaluation and at the end") {
  const auto clean = noise_of(1);
  auto plan = single_stream::base_plan(8, 5.0, true);
  plan.first_frame = at::full({48, 1, 4, 6}, 0.25, at::kFloat);
  const auto inner = towards(clean, plan.grid);
  int evaluations = 0;
  const joint::Denoiser watching = [&](const Latents& x, const joint::Conditions& conditions, std::optional<double> t) {
    ++evaluations;
    CHECK(x.video.select(1, 0).eq(0.25).all().item<bool>());
    return inner(x, conditions, t);
  };
  tensor::NoiseStream stream(3);
  const auto result = joint::run_stage(watching, {}, noise_of(2), plan, stream);
  CHECK(evaluations == 8);
  CHECK(result.video.select(1, 0).eq(0.25).all().item<bool>());
  CHECK(gap(result.video.narrow(1, 1, 2), clean.video.narrow(1, 1, 2)) < 1e-5);
}

TEST_CASE("held sound is shown and never changed; broken velocities are refused") {
  const auto clean = noise_of(1);
  for (const bool distilled : {false, true}) {
    auto plan = single_stream::base_plan(4, 5.0, distilled);
    plan.hold_audio = true;
    const auto start = noise_of(2);
    tensor::NoiseStream stream(3);
    CHECK(joint::run_stage(towards(clean, plan.grid), {}, start, plan, stream).audio.equal(start.audio));
  }
  const auto plan = single_stream::base_plan(4, 5.0, false);
  tensor::NoiseStream stream(3);
  const joint::Denoiser broken = [](const Latents& x, const joint::Conditions&, std::optional<double>) {
    return Latents{x.video * std::nan(""), x.audio};
  };
  CHECK_THROWS_AS(joint::run_stage(broken, {}, noise_of(2), plan, stream), ModelError);
}

TEST_CASE("super-resolution starts from the enlarged video mixed with noise, and from mixed sound") {
  const auto base = noise_of(5);
  tensor::NoiseStream stream(4), again(4);
  const auto start = single_stream::refiner_start(base, 8, 12, stream);
  const auto video = again.normal({48, 3, 8, 12}), audio = again.normal({9, 64});
  const auto large = (start.video - std::sqrt(1.0 - 0.8389104 * 0.8389104) * video) / 0.8389104;
  // Aligned corners keep the corners.
  for (const auto& [y, from_y] : {std::pair<int, int>{0, 0}, {7, 3}})
    for (const auto& [x, from_x] : {std::pair<int, int>{0, 0}, {11, 5}})
      CHECK(gap(large.select(2, y).select(2, x), base.video.select(2, from_y).select(2, from_x)) < 1e-5);
  CHECK(gap(start.audio, 0.7 * audio + 0.3 * base.audio) < 1e-6);
  const auto plan = single_stream::refiner_plan(5, 5.0);
  CHECK(plan.hold_audio);
  CHECK(plan.grid.timesteps == std::vector<double>{999, 952, 882, 768, 555});
}

TEST_CASE("a long driving sound is encoded in pieces that are faded into each other") {
  int pieces = 0;
  const auto encode = [&](const at::Tensor& wave) {
    ++pieces;
    return wave.narrow(0, 0, 1).view({1, -1, 2048}).mean(-1);  // each latent the mean of its samples
  };
  const auto wave = [](std::int64_t latents) {
    return at::arange(latents, at::TensorOptions().dtype(at::kFloat))
        .unsqueeze(1)
        .expand({latents, 2048})
        .reshape({1, -1})
        .expand({2, -1})
        .contiguous();
  };
  CHECK(single_stream::driving_latents(wave(725), encode).size(1) == 725);
  CHECK(pieces == 1);
  for (const std::int64_t total : {726, 1000, 1087, 1500}) {
    const auto latents = single_stream::driving_latents(wave(total), encode);
    REQUIRE(latents.size(1) == total);
    CHECK(gap(latents[0], at::arange(total, at::TensorOptions().dtype(at::kFloat))) < 1e-3);
  }
  CHECK(pieces > 5);
}
