#include <doctest/doctest.h>

#include <array>
#include <cstdlib>
#include <map>

#include "base/hash.h"
#include "base/json.h"
#include "gallop/error.h"
#include "media/frame_source.h"
#include "media/read_video.h"
#include "media/turn.h"
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

TEST_CASE("contract: decord turns a frame before it scales it") {
  const auto file = test::shared_file("data/videos/real/nasa_rotated.mp4");
  if (!file) return;
  const auto source = media::open_frames(*file, {.contract = ReaderContract::decord, .middle = 16, .width = 384, .height = 384});
  const auto frame = source->next();
  REQUIRE(frame);
  REQUIRE(frame->width == 384);
  // Pixels of decord 0.6.0 where the other order differs by twenty and more.
  struct Pixel {
    std::size_t y, x;
    std::array<int, 3> rgb;
  };
  for (const auto& [y, x, rgb] :
       {Pixel{250, 182, {158, 51, 41}}, Pixel{248, 216, {5, 6, 20}}, Pixel{252, 212, {171, 35, 15}}, Pixel{250, 178, {153, 60, 42}},
        Pixel{269, 211, {104, 25, 32}}, Pixel{269, 200, {6, 8, 22}}, Pixel{269, 205, {55, 37, 47}}, Pixel{267, 183, {103, 51, 49}}})
    for (std::size_t c = 0; c < 3; ++c) CHECK(std::abs(frame->rgb[(y * 384 + x) * 3 + c] - rgb[c]) <= 1);
}

TEST_CASE("turning a frame: every plane, chroma of odd sides rounded up; formats that cannot be turned say so") {
  const auto frame = media::make_frame();
  frame->format = AV_PIX_FMT_YUV420P;
  frame->width = 5;
  frame->height = 3;
  REQUIRE(av_frame_get_buffer(frame.get(), 0) >= 0);
  for (int plane = 0; plane < 3; ++plane)
    for (int y = 0; y < (plane == 0 ? 3 : 2); ++y)
      for (int x = 0; x < (plane == 0 ? 5 : 3); ++x)
        frame->data[plane][y * frame->linesize[plane] + x] = static_cast<std::uint8_t>(100 * plane + 10 * y + x);
  const auto quarter = media::turned_frame(*frame, 90);
  CHECK(quarter->width == 3);
  CHECK(quarter->height == 5);
  CHECK(quarter->data[0][2] == 0);                          // the upper left pixel comes to the upper right
  CHECK(quarter->data[0][4 * quarter->linesize[0]] == 24);  // the lower right one to the lower left
  CHECK(quarter->data[1][1] == 100);
  CHECK(quarter->data[2][2 * quarter->linesize[2]] == 212);
  const auto half = media::turned_frame(*frame, 180), back = media::turned_frame(*quarter, 270);
  CHECK(half->data[0][0] == 24);
  CHECK(back->data[0][back->linesize[0] + 3] == 13);
  CHECK(media::can_turn(AV_PIX_FMT_YUV420P10LE));
  CHECK_FALSE(media::can_turn(AV_PIX_FMT_YUV422P));
  CHECK_FALSE(media::can_turn(AV_PIX_FMT_PAL8));
  CHECK_FALSE(media::can_turn(AV_PIX_FMT_NONE));
}
