#include <doctest/doctest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmath>
#include <limits>

#include "base/files.h"
#include "base/hash.h"
#include "gallop/error.h"
#include "media/probe.h"
#include "media/read_video.h"
#include "media/write_video.h"
#include "support/clips.h"
#include "support/shared_data.h"

using namespace gallop;

TEST_CASE("write: an MP4 comes back nearly the same, with its rate") {
  const test::ScratchFolder folder;
  const auto clip = test::moving_square(9, 64, 96, 12.5);
  media::write_video(folder / "a.mp4", clip, {.crf = 4});
  const auto back = media::read_video(folder / "a.mp4", {});
  CHECK(back.frames() == 9);
  CHECK(back.fps() == doctest::Approx(12.5));
  CHECK(test::mean_difference(clip, back) < 2.0);
  const auto info = media::probe(folder / "a.mp4");
  CHECK(info.streams.at(0).codec == "h264");
  CHECK(info.streams.at(0).pixel_format == "yuv420p");
  CHECK(info.best_audio == -1);
}

TEST_CASE("write: sound survives with its length, rate and channels") {
  const test::ScratchFolder folder;
  Audio audio{.channels = 2, .sample_rate = 44100};
  for (int i = 0; i < 44100; ++i)
    for (int channel = 0; channel < 2; ++channel)
      audio.samples.push_back(0.5f * std::sin(0.06f * static_cast<float>(i) * static_cast<float>(channel + 1)));
  media::write_video(folder / "a.mp4", test::moving_square(10, 32, 48).with_audio(audio), {});
  const auto back = media::read_video(folder / "a.mp4", {}).audio();
  CHECK(back.channels == 2);
  CHECK(back.sample_rate == 44100);
  CHECK(std::abs(static_cast<double>(back.samples.size()) / 2 - 44100) < 2100);  // AAC works in blocks of 1,024 samples
  double energy = 0.0;
  for (const float sample : back.samples) energy += sample * sample;
  CHECK(energy / static_cast<double>(back.samples.size()) == doctest::Approx(0.125).epsilon(0.1));
}

TEST_CASE("write: nothing is read behind the memory of a clip") {
  const test::ScratchFolder folder;
  for (const std::int64_t width : {64, 63, 16, 1}) {
    const std::int64_t height = 48, frames = 2, bytes = frames * height * width * 3;
    const auto page = ::sysconf(_SC_PAGESIZE), whole = (bytes + page - 1) / page * page;
    // The last byte of the pixels is the last of its page; the next page cannot be read.
    auto* pages = static_cast<std::uint8_t*>(
        ::mmap(nullptr, static_cast<std::size_t>(whole + page), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    REQUIRE(pages != MAP_FAILED);
    REQUIRE(::mprotect(pages + whole, static_cast<std::size_t>(page), PROT_NONE) == 0);
    const std::shared_ptr<const void> owner(pages, [=](const void*) { ::munmap(pages, static_cast<std::size_t>(whole + page)); });
    const std::span pixels(pages + (whole - bytes), static_cast<std::size_t>(bytes));
    const Video clip(owner, pixels, frames, height, width, 8.0);
    for (const char* name : {"a.mp4", "a.gif", "a.webp"}) media::write_video(folder / name, clip, {});
    CHECK(media::read_video(folder / "a.mp4", {}).frames() == frames);
  }
}

TEST_CASE("write: odd sides are padded by one") {
  const test::ScratchFolder folder;
  media::write_video(folder / "a.mp4", test::moving_square(3, 33, 47), {});
  const auto back = media::read_video(folder / "a.mp4", {});
  CHECK(back.height() == 34);
  CHECK(back.width() == 48);
}

TEST_CASE("write: the same clip gives the same bytes, previews exist in three forms") {
  const test::ScratchFolder folder;
  const auto clip = test::moving_square(5, 48, 64);
  media::write_video(folder / "a.mp4", clip, {});
  media::write_video(folder / "b.mp4", clip, {});
  CHECK(base::sha256_file(folder / "a.mp4") == base::sha256_file(folder / "b.mp4"));
  for (const char* name : {"a.gif", "a.webp", "a.mkv", "a.mov"}) {
    CAPTURE(name);
    media::write_video(folder / name, clip, {});
    CHECK(std::filesystem::file_size(folder / name) > 200);
  }
  CHECK(media::read_video(folder / "a.gif", {}).frames() == 5);
}

TEST_CASE("write: what cannot be written says why and leaves nothing") {
  const test::ScratchFolder folder;
  const auto clip = test::moving_square(3, 32, 48);
  CHECK_THROWS_AS(media::write_video(folder / "no" / "a.mp4", clip, {}), IoError);
  CHECK_THROWS_AS(media::write_video(folder / "a.xyz", clip, {}), InvalidArgument);
  CHECK_THROWS_AS(media::write_video(folder / "a", clip, {}), InvalidArgument);
  CHECK_THROWS_AS(media::write_video(folder / "a.mp4", clip, {.crf = 52}), InvalidArgument);
  CHECK_THROWS_AS(media::write_video(folder / "a.mp4", clip, {.preset = "warp"}), InvalidArgument);
  const Audio broken{.samples = {std::numeric_limits<float>::quiet_NaN()}, .channels = 1, .sample_rate = 8000};
  CHECK_THROWS_AS(media::write_video(folder / "a.mp4", clip.with_audio(broken), {}), InvalidArgument);
  CHECK(std::filesystem::is_empty(folder.path()));
}
