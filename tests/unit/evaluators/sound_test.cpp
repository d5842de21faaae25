// Measures of sound on signals whose answers are known.
#include <doctest/doctest.h>

#include <cmath>
#include <functional>
#include <random>

#include "evaluators/registry.h"
#include "evaluators/score_clips.h"
#include "evaluators/sound/alignment.h"
#include "evaluators/sound/loudness_meter.h"
#include "gallop/evaluator.h"
#include "support/clips.h"

using namespace gallop;

namespace {

constexpr double kTurn = 2.0 * 3.14159265358979323846;
constexpr int kRate = 44100;

// `channels` equal channels of f(t).
Audio sounding(double seconds, const std::function<double(double)>& f, int channels = 2, int rate = kRate) {
  Audio audio{.samples = {}, .channels = channels, .sample_rate = rate};
  const auto count = static_cast<std::size_t>(std::lround(seconds * rate));
  for (std::size_t i = 0; i < count; ++i)
    for (int c = 0; c < channels; ++c) audio.samples.push_back(static_cast<float>(f(static_cast<double>(i) / rate)));
  return audio;
}

Video with(const Audio& audio, std::int64_t frames = 25, double fps = 25.0) {
  return test::moving_square(frames, 24, 96, fps).with_audio(audio);
}

Score judged(const std::string& name, const Video& video) { return evaluators::make(name, {}, {})->score(ClipRequest{.clip = video}); }

std::function<double(double)> tone(double amplitude, double hertz) {
  return [=](double t) { return amplitude * std::sin(kTurn * hertz * t); };
}

std::function<double(double)> noise(double amplitude) {
  return [=, engine = std::mt19937(3)](double) mutable { return amplitude * std::uniform_real_distribution<double>(-1.0, 1.0)(engine); };
}

// Frames 64 x 64 in which a square leaps at the given frames; clicks at the given seconds.
Video leaping(const std::vector<int>& leaps, std::int64_t frames, double fps) {
  std::vector<std::uint8_t> pixels(static_cast<std::size_t>(frames * 64 * 64 * 3), 60);
  int place = 0;
  for (std::int64_t t = 0; t < frames; ++t) {
    for (const int leap : leaps) place += leap == t;
    const int left = place % 2 == 0 ? 4 : 36;
    for (int y = 20; y < 44; ++y)
      for (int x = left; x < left + 24; ++x)
        for (int c = 0; c < 3; ++c) pixels[static_cast<std::size_t>(((t * 64 + y) * 64 + x) * 3 + c)] = 220;
  }
  return Video(std::move(pixels), frames, 64, 64, fps);
}

Audio clicks(const std::vector<double>& at, double seconds) {
  std::mt19937 engine(11);
  std::normal_distribution<double> hiss(0.0, 1e-3);
  return sounding(seconds, [&](double t) {
    double value = hiss(engine);
    for (const double start : at)
      if (t >= start && t < start + 0.15) value += 0.5 * std::exp(-(t - start) * 40.0) * std::sin(kTurn * 900.0 * (t - start));
    return value;
  });
}

}  // namespace

TEST_CASE("loudness: the reference tone of the standard, channels, rates") {
  CHECK(judged("sound_loudness", with(sounding(3.0, tone(1.0, 997.0), 1))).value == doctest::Approx(-3.01).epsilon(0.005));
  CHECK(judged("sound_loudness", with(sounding(3.0, tone(0.1, 997.0), 2))).value == doctest::Approx(-20.0).epsilon(0.003));
  for (const int rate : {16000, 22050, 48000, 96000}) {
    CAPTURE(rate);
    CHECK(judged("sound_loudness", with(sounding(2.0, tone(0.1, 997.0), 2, rate))).value == doctest::Approx(-20.0).epsilon(0.003));
  }
}

TEST_CASE("loudness: quiet stretches are gated (EBU Tech 3341, case 3)") {
  const auto level = [](double t) { return std::pow(10.0, (t < 2.0 || t >= 14.0 ? -36.0 : -23.0) / 20.0); };
  const auto score =
      judged("sound_loudness", with(sounding(16.0, [&](double t) { return level(t) * std::sin(kTurn * 1000.0 * t); }, 2, 48000)));
  CHECK(score.value == doctest::Approx(-23.0).epsilon(0.1 / 23.0));
  const auto silent = judged("sound_loudness", with(sounding(1.0, [](double) { return 0.0; })));
  CHECK(silent.value == -70.0);
  CHECK(silent.flags.size() == 1);
}

TEST_CASE("clipping: flat tops are counted, gentle turns and noise are not") {
  for (const double hertz : {30.0, 110.0, 440.0, 3000.0}) {
    CAPTURE(hertz);
    CHECK(judged("sound_clipping", with(sounding(1.0, tone(1.0, hertz)))).value == 0.0);
    const auto cut = [&](double t) { return std::clamp(1.6 * std::sin(kTurn * hertz * t), -0.8, 0.8); };
    // The share of a sine beyond half its height is a third of a turn on each side.
    if (hertz > 100.0 && hertz < 1000.0)
      CHECK(judged("sound_clipping", with(sounding(1.0, cut))).value == doctest::Approx(2.0 / 3.0).epsilon(0.03));
  }
  CHECK(judged("sound_clipping", with(sounding(1.0, noise(0.9)))).value == 0.0);
  CHECK(judged("sound_clipping", with(sounding(1.0, [](double) { return 0.0; }))).value == 0.0);
  const auto over = judged("sound_clipping", with(sounding(1.0, tone(1.2, 440.0))));
  CHECK(over.value == doctest::Approx(2.0 * std::acos(1.0 / 1.2) / 3.14159265).epsilon(0.02));
  CHECK(over.flags.size() == 1);
}

TEST_CASE("silence: shares, gaps and both ends") {
  const auto score = judged(
      "sound_silence",
      with(sounding(4.0, [](double t) { return t < 0.5 || (t >= 1.0 && t < 2.5) || t >= 3.8 ? 0.0 : 0.3 * std::sin(kTurn * 300.0 * t); })));
  CHECK(score.value == doctest::Approx(2.2 / 4.0).epsilon(0.02));
  CHECK(score.details.at("longest_seconds") == doctest::Approx(1.5).epsilon(0.03));
  CHECK(score.details.at("leading_seconds") == doctest::Approx(0.5).epsilon(0.05));
  CHECK(score.details.at("trailing_seconds") == doctest::Approx(0.2).epsilon(0.15));
  CHECK(score.flags.size() == 1);
  CHECK(judged("sound_silence", with(sounding(1.0, noise(0.1)))).value == 0.0);
}

TEST_CASE("bandwidth: where a spectrum ends") {
  CHECK(judged("sound_bandwidth", with(sounding(2.0, noise(0.3)))).value > 21500.0);
  for (const double hertz : {1000.0, 4000.0, 12000.0}) {
    CAPTURE(hertz);
    const auto score = judged("sound_bandwidth", with(sounding(2.0, tone(0.5, hertz))));
    CHECK(score.value == doctest::Approx(hertz).epsilon(0.15));
    CHECK(score.details.at("centroid_hz") == doctest::Approx(hertz).epsilon(0.02));
    // Seven bins at most: half a main lobe, and the neighbours that are averaged.
    CHECK(score.value >= hertz);
    CHECK(score.value <= hertz + 7.0 * kRate / 2048.0);
  }
}

TEST_CASE("length: the difference, signed in the details") {
  CHECK(judged("sound_length", with(sounding(1.0, noise(0.1)))).value == doctest::Approx(0.0));
  const auto score = judged("sound_length", with(sounding(1.5, noise(0.1))));
  CHECK(score.value == doctest::Approx(0.5));
  CHECK(score.details.at("sound_seconds") == doctest::Approx(1.5));
  CHECK(score.flags.size() == 1);
}

TEST_CASE("synchrony: known offsets are found within half a frame") {
  const double fps = 25.0;
  const std::vector<int> leaps{9, 21, 26, 44, 60, 69, 91, 104};
  for (const double offset : {-0.32, -0.2, -0.04, 0.0, 0.04, 0.12, 0.24, 0.4}) {
    CAPTURE(offset);
    std::vector<double> at;
    for (const int leap : leaps) at.push_back(leap / fps + offset);
    const auto score = judged("sound_synchrony", leaping(leaps, 120, fps).with_audio(clicks(at, 120 / fps)));
    CHECK(std::abs(score.details.at("offset_seconds") - offset) < 0.5 / fps);
    CHECK(score.value == doctest::Approx(std::abs(score.details.at("offset_seconds"))));
    CHECK(score.details.at("correlation") > 0.4);
    CHECK(score.flags.size() == (std::abs(offset) > 0.1 ? 1 : 0));
  }
}

TEST_CASE("synchrony: without a common rhythm the answer is called uncertain, without events there is none") {
  const auto unrelated =
      judged("sound_synchrony",
             leaping({9, 21, 26, 44, 60, 69, 91, 104}, 120, 25.0).with_audio(clicks({0.13, 0.61, 1.38, 1.92, 2.21, 3.05, 3.3, 4.4}, 4.8)));
  REQUIRE(unrelated.flags.size() == 1);
  CHECK(unrelated.flags[0].starts_with("uncertain"));
  CHECK_THROWS_AS(judged("sound_synchrony", leaping({}, 50, 25.0).with_audio(clicks({1.0}, 2.0))), InvalidArgument);
  CHECK_THROWS_AS(judged("sound_synchrony", leaping({9, 21}, 50, 25.0).with_audio(sounding(2.0, [](double) { return 0.0; }))),
                  InvalidArgument);
}

TEST_CASE("sound: a clip without sound has a problem, not a score") {
  ScoreOptions options;
  options.profile = "sound";
  const ClipRequest silent{.clip = test::moving_square(12, 24, 96)};
  const auto results = evaluators::score_clips(std::span(&silent, 1), options, {});
  REQUIRE(results.size() == 1);
  CHECK(results[0].scores.empty());
  CHECK(results[0].problems.size() == 6);
  CHECK(results[0].problems[0].message.find("has no sound") != std::string::npos);
  auto broken = sounding(1.0, noise(0.1));
  broken.samples[17] = std::nanf("");
  CHECK_THROWS_AS(judged("sound_silence", with(broken)), InvalidArgument);
}
