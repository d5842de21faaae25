#include <doctest/doctest.h>

#include "base/files.h"
#include "gallop/error.h"
#include "media/images.h"
#include "support/clips.h"
#include "support/shared_data.h"

using namespace gallop;

namespace {

Image picture() {
  const auto clip = test::moving_square(1, 30, 41);
  return Image({clip.pixels().begin(), clip.pixels().end()}, 30, 41);
}

double mean_difference(const Image& a, const Image& b) {
  REQUIRE(a.height() == b.height());
  REQUIRE(a.width() == b.width());
  double sum = 0.0;
  for (std::size_t i = 0; i < a.pixels().size(); ++i) sum += std::abs(a.pixels()[i] - b.pixels()[i]);
  return sum / static_cast<double>(a.pixels().size());
}

}  // namespace

TEST_CASE("image: lossless forms come back equal, JPEG nearly") {
  const test::ScratchFolder folder;
  for (const char* name : {"a.png", "a.bmp", "a.webp"}) {
    CAPTURE(name);
    media::write_image(folder / name, picture());
    CHECK(mean_difference(media::read_image(folder / name), picture()) == 0.0);
  }
  media::write_image(folder / "a.jpg", picture());
  CHECK(mean_difference(media::read_image(folder / "a.jpg"), picture()) < 3.0);
  CHECK_THROWS_AS(media::write_image(folder / "a.txt", picture()), InvalidArgument);
}

TEST_CASE("image: the eight EXIF orientations show the same picture") {
  const auto upright = test::shared_file("data/images/exif_small/hopper.jpg");
  if (!upright) return;
  const auto reference = media::read_image(*upright);
  for (int orientation = 2; orientation <= 8; ++orientation) {
    CAPTURE(orientation);
    const auto turned = test::shared_file("data/images/exif_small/hopper_orientation_" + std::to_string(orientation) + ".jpg");
    REQUIRE(turned.has_value());
    CHECK(media::exif_orientation(base::MappedFile::open(*turned)->bytes()) == orientation);
    CHECK(mean_difference(media::read_image(*turned), reference) < 6.0);  // each was compressed on its own
  }
}

TEST_CASE("image: EXIF offsets that leave the file are ignored") {
  const std::string jpeg = "\xFF\xD8\xFF\xE1\x00\x12" + std::string("Exif\0\0", 6) + "MM\x00*\xFF\xFF\xFF\xF0";
  CHECK(media::exif_orientation(std::as_bytes(std::span(jpeg))) == 1);
  CHECK(media::exif_orientation({}) == 1);
}

TEST_CASE("image: damaged pictures are refused") {
  const test::ScratchFolder folder;
  base::write_text_atomic(folder / "a.png", "not a picture");
  CHECK_THROWS_AS(media::read_image(folder / "a.png"), MediaError);
  for (const char* name : {"broken_data_stream.png", "heapbof.png", "really_big.bmp", "sigsegv.png", "truncated_image.png",
                           "zero_width.gif", "decompression_bomb.gif"}) {
    const auto file = test::shared_file(std::string("data/images/broken/") + name);
    if (!file) return;
    CAPTURE(name);
    CHECK_THROWS_AS(media::read_image(*file), MediaError);
  }
}
