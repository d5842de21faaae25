#include <doctest/doctest.h>

#include <limits>

#include "gallop/error.h"
#include "gallop/video.h"

using namespace gallop;

TEST_CASE("video: sizes must agree") {
  CHECK_NOTHROW(Video(std::vector<std::uint8_t>(2 * 4 * 5 * 3), 2, 4, 5, 8.0));
  CHECK_THROWS_WITH_AS(Video(std::vector<std::uint8_t>(7), 2, 4, 5, 8.0), doctest::Contains("need 120"), InvalidArgument);
  CHECK_THROWS_AS(Video({}, 0, 4, 5, 8.0), InvalidArgument);
  CHECK_THROWS_AS(Video(std::vector<std::uint8_t>(60), 1, 4, 5, std::numeric_limits<double>::quiet_NaN()), InvalidArgument);
  CHECK_THROWS_AS(Video({}, std::int64_t{1} << 40, 1 << 20, 1 << 20, 8.0), InvalidArgument);
}

TEST_CASE("video: slices share pixels") {
  std::vector<std::uint8_t> pixels(3 * 2 * 2 * 3);
  for (std::size_t i = 0; i < pixels.size(); ++i) pixels[i] = static_cast<std::uint8_t>(i);
  const Video video(pixels, 3, 2, 2, 4.0);
  const auto part = video.slice(1, 2);
  CHECK(part.frames() == 2);
  CHECK(part.pixels().data() == video.pixels().data() + 12);
  CHECK(part.frame(1)[0] == 24);
  CHECK(part.seconds() == doctest::Approx(0.5));
  CHECK_THROWS_AS(video.slice(2, 2), InvalidArgument);
  CHECK_THROWS_AS(video.frame(3), InvalidArgument);
}

TEST_CASE("video: sound must fit its channels") {
  const Video video(std::vector<std::uint8_t>(12), 1, 2, 2, 4.0);
  CHECK(video.audio().empty());
  CHECK(video.with_audio({{0.1f, 0.2f}, 2, 44100}).audio().channels == 2);
  CHECK_THROWS_AS(video.with_audio({{0.1f, 0.2f, 0.3f}, 2, 44100}), InvalidArgument);
}
