#include <doctest/doctest.h>

#include <map>

#include "base/hash.h"
#include "base/json.h"
#include "gallop/error.h"
#include "media/frame_source.h"
#include "media/read_video.h"
#include "media/write_video.h"
#include "support/clips.h"
#include "support/shared_data.h"

using namespace gallop;

namespace {

// SHA-256 of each frame; opencv's recorded ones are of BGR bytes.
std::vector<std::string> frame_hashes(const std::filesystem::path& file, ReaderContract contract) {
  const auto source = media::open_frames(file, {.contract = contract});
  std::vector<std::string> hashes;
  while (const auto frame = source->next()) {
    std::vector<std::uint8_t> bytes(frame->rgb.begin(), frame->rgb.end());
    for (std::size_t i = 0; contract == ReaderContract::opencv && i < bytes.size(); i += 3) std::swap(bytes[i], bytes[i + 2]);
    hashes.push_back(base::sha256_hex(std::as_bytes(std::span(bytes))));
  }
  return hashes;
}

}  // namespace

TEST_CASE("contract: every frame of the recorded clips equals what decord and OpenCV read") {
  // decoded_frames.json: decord 0.6.0 and OpenCV 4.10.0, SHA-256 of each frame; tolerance 0, the conversion is the same.
  const auto golden = test::shared_file("data/golden/vbench/decoded_frames.json");
  if (!golden) return;
  const auto recorded = base::read_json(*golden);
  for (const auto& [name, clip] : recorded["clips"].items()) {
    const auto file = test::shared_file("data/" + name);
    REQUIRE(file.has_value());
    CAPTURE(name);
    CHECK(frame_hashes(*file, ReaderContract::decord) == clip["decord_rgb_sha256"].get<std::vector<std::string>>());
    CHECK(frame_hashes(*file, ReaderContract::opencv) == clip["opencv_bgr_sha256"].get<std::vector<std::string>>());
    CHECK(media::open_frames(*file, {.contract = ReaderContract::opencv})->info().fps == doctest::Approx(clip["opencv_fps"].get<double>()));
    CHECK(media::middle_indices(clip["decord_frames"].get<std::int64_t>(), 16) == clip["indices_16"].get<std::vector<std::int64_t>>());
  }
}

TEST_CASE("contract: threads, streaming and whole reading give the same frames") {
  const test::ScratchFolder folder;
  media::write_video(folder / "a.mp4", test::moving_square(13, 48, 62), {});
  const auto one = media::read_video(folder / "a.mp4", {.threads = 1});
  const auto all = media::read_video(folder / "a.mp4", {.threads = 0});
  CHECK(std::equal(one.pixels().begin(), one.pixels().end(), all.pixels().begin(), all.pixels().end()));
  const auto source = media::open_frames(folder / "a.mp4", {});
  std::int64_t index = 0;
  while (const auto frame = source->next()) {
    CHECK(frame->index == index);
    CHECK(std::equal(frame->rgb.begin(), frame->rgb.end(), one.frame(index).begin(), one.frame(index).end()));
    ++index;
  }
  CHECK(index == 13);
  CHECK(source->flags().empty());
}

TEST_CASE("contract: a part of a clip") {
  const test::ScratchFolder folder;
  media::write_video(folder / "a.mp4", test::moving_square(10, 32, 48), {});
  const auto whole = media::read_video(folder / "a.mp4", {});
  const auto part = media::read_video(folder / "a.mp4", {.first = 4, .count = 3});
  CHECK(part.frames() == 3);
  CHECK(std::equal(part.frame(0).begin(), part.frame(0).end(), whole.frame(4).begin()));
  CHECK_THROWS_AS(media::read_video(folder / "a.mp4", {.first = 10}), InvalidArgument);
  CHECK_THROWS_AS(media::read_video(folder / "a.mp4", {.first = -1}), InvalidArgument);
  CHECK_THROWS_AS(media::read_video(folder / "a.mp4", {.count = 0}), InvalidArgument);
}

TEST_CASE("contract: rotation is applied") {
  for (const auto& [name, height, width] : {std::tuple("keyboard_rot0.mov", 0, 0), std::tuple("keyboard_rot90.mov", 1, 0)}) {
    const auto file = test::shared_file(std::string("data/videos/real/") + name);
    if (!file) return;
    const auto video = media::read_video(*file, {.count = 1});
    if (height == 0)
      CHECK(video.width() > video.height());
    else
      CHECK(video.height() > video.width());
    (void)width;
  }
}
