#include <doctest/doctest.h>

#include "evaluators/quick/repeats.h"
#include "evaluators/score_clips.h"
#include "gallop/error.h"
#include "support/clips.h"
#include "support/degrade.h"

using namespace gallop;

namespace {

Score measure(const Video& video, const std::string& dimension) {
  const ClipRequest request{.clip = video};
  const auto result = evaluators::score_clips({&request, 1}, {.dimensions = {dimension}, .load = {.device = {}}}, {}).front();
  REQUIRE_MESSAGE(result.problems.empty(), result.problems.front().message);
  return result.scores.front();
}

Video plain(std::int64_t frames, std::uint8_t level) {
  return Video(std::vector<std::uint8_t>(static_cast<std::size_t>(frames * 32 * 48 * 3), level), frames, 32, 48, 8.0);
}

}  // namespace

TEST_CASE("quick: plain frames have the values their pages name") {
  CHECK(measure(plain(3, 0), "blank_frames").value == 1.0);
  CHECK(measure(plain(3, 0), "blank_frames").details.at("share_black") == 1.0);
  CHECK(measure(plain(3, 128), "contrast").value == doctest::Approx(0.0));
  CHECK(measure(plain(3, 128), "exposure").value == doctest::Approx(1.0).epsilon(0.001));
  CHECK(measure(plain(3, 255), "exposure").details.at("share_white") == 1.0);
  CHECK(measure(plain(3, 90), "colorfulness").value == doctest::Approx(0.0));
  CHECK(measure(plain(3, 90), "sharpness").value == doctest::Approx(0.0));
  CHECK(measure(plain(6, 90), "frozen_frames").value == 1.0);
  CHECK(measure(plain(3, 90), "motion_amount").value == doctest::Approx(0.0));
}

TEST_CASE("quick: noise of a known strength is measured about right") {
  for (const double sigma : {5.0, 12.0}) {
    // Luma of independent channels: sqrt(0.299^2 + 0.587^2 + 0.114^2) of the channel noise. The flattest tenth of the blocks reads low.
    const double luma = 0.668 * sigma;
    const double measured =
        measure(test::noisy(Video(std::vector<std::uint8_t>(2 * 96 * 96 * 3, 128), 2, 96, 96, 8.0), sigma), "noise_level").value;
    CHECK(measured > 0.8 * luma);
    CHECK(measured < 1.05 * luma);
  }
}

TEST_CASE("quick: flicker has its amplitude, motion none") {
  const auto clip = test::moving_square(9, 48, 96);
  CHECK(measure(clip, "luminance_flicker").value < 0.5);
  CHECK(measure(test::flickering(clip, 15.0), "luminance_flicker").value == doctest::Approx(30.0).epsilon(0.1));
}

TEST_CASE("quick: repeats are told from standstills and from static cameras") {
  using evaluators::quick::repeated_pairs;
  CHECK(repeated_pairs({5, 0, 5, 0, 5}) == std::vector<bool>{false, true, false, true, false});
  CHECK(repeated_pairs({0.1, 0.09, 0.12, 0.1}) == std::vector<bool>(4, false));
  CHECK(repeated_pairs({8, 0.1, 9, 0.12, 7}) == std::vector<bool>{false, true, false, true, false});
  const auto runs = evaluators::quick::runs_of({true, true, false, true});
  REQUIRE(runs.size() == 2);
  CHECK(runs[0].length == 2);
  CHECK(runs[1].first == 3);
}

TEST_CASE("quick: cuts are counted") {
  const auto a = test::moving_square(8, 48, 96);
  std::vector<std::uint8_t> pixels(a.pixels().begin(), a.pixels().end());
  pixels.insert(pixels.end(), static_cast<std::size_t>(8 * 48 * 96 * 3), 250);
  CHECK(measure(a, "shot_cuts").value == 0.0);
  CHECK(measure(Video(pixels, 16, 48, 96, 8.0), "shot_cuts").value == 1.0);
}

TEST_CASE("quick: too few frames is an error, tiny and odd frames are not") {
  for (const char* dimension : {"motion_amount", "frozen_frames", "frame_order", "luminance_flicker"}) {
    const ClipRequest request{.clip = plain(1, 5)};
    const auto result = evaluators::score_clips({&request, 1}, {.dimensions = {dimension}, .load = {.device = {}}}, {}).front();
    REQUIRE(result.problems.size() == 1);
    CHECK(result.problems.front().kind == ErrorKind::invalid_argument);
  }
  const Video dot(std::vector<std::uint8_t>(3 * 3, 9), 3, 1, 1, 8.0);
  const ClipRequest request{.clip = dot};
  const auto result = evaluators::score_clips({&request, 1}, {.load = {.device = {}}}, {}).front();
  for (const auto& problem : result.problems) CHECK(problem.kind == ErrorKind::invalid_argument);
  CHECK(result.scores.size() + result.problems.size() >= 13);
}
