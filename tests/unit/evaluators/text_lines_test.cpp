// Finding lines of text: shapes, rows of them, layers of tone; and reading a frame with a reader that knows what it is shown.
#include <doctest/doctest.h>

#include <algorithm>
#include <utility>

#include "evaluators/ocr/frame_reader.h"

namespace gallop {
namespace {

using namespace evaluators::ocr;

// A bar of `tone` with its corner at (left, top).
void bar(at::Tensor& picture, std::int64_t left, std::int64_t top, std::int64_t width, std::int64_t height, int tone) {
  picture.narrow(0, top, height).narrow(1, left, width).fill_(tone);
}

// A row of `count` bars, as wide as high letters of a plain font are.
void row_of_bars(at::Tensor& picture, std::int64_t left, std::int64_t top, std::int64_t count, std::int64_t height, int tone) {
  for (std::int64_t i = 0; i < count; ++i) bar(picture, left + i * height / 2, top, height / 4, height, tone);
}

TEST_CASE("shapes: touching corners join, what meets later joins, areas and boxes") {
  const auto mask = at::tensor({1, 0, 0, 0, 1,   //
                                0, 1, 0, 1, 0,   //
                                0, 0, 0, 0, 0,   //
                                1, 0, 1, 0, 1,   //
                                1, 1, 1, 0, 1},  //
                               at::kByte)
                        .view({5, 5});
  const auto shapes = shapes_of(mask);
  REQUIRE(shapes.size() == 4);
  CHECK(shapes[0].area == 2);
  CHECK(shapes[1].box.left == 3);
  CHECK(shapes[1].box.right == 5);
  CHECK(shapes[2].area == 5);  // two arms that meet in the row below
  CHECK(shapes[2].box.top == 3);
  CHECK(shapes[2].box.bottom == 5);
  CHECK(shapes[2].box.width() == 3);
  CHECK(shapes[3].area == 2);
  CHECK(shapes[2].runs.size() == 3);
  CHECK(shapes_of(at::zeros({3, 4}, at::kByte)).empty());
  CHECK(shapes_of(at::ones({3, 4}, at::kByte)).front().area == 12);
}

TEST_CASE("text lines: rows of like shapes are found, single, small, huge and cut ones are not") {
  auto picture = at::full({200, 400}, 90, at::kByte);
  row_of_bars(picture, 40, 60, 6, 40, 230);
  const ToneLayer light{200, 255}, dark{0, 60};
  auto lines = text_lines(picture, light, false);
  REQUIRE(lines.size() == 1);
  CHECK(lines[0].size(0) == 72);  // 48 and its margins
  CHECK(lines[0].min().item<int>() == 0);
  CHECK(lines[0][0][0].item<int>() == 255);
  CHECK(text_lines(picture, dark, false).empty());

  row_of_bars(picture, 300, 62, 4, 40, 230);  // beside the first, two pixels lower
  row_of_bars(picture, 60, 130, 9, 30, 230);  // below
  lines = text_lines(picture, light, false);
  REQUIRE(lines.size() == 3);
  CHECK(lines[0].size(1) > lines[1].size(1));
  CHECK(lines[2].size(1) > lines[0].size(1));

  auto other = at::full({200, 400}, 90, at::kByte);
  bar(other, 100, 80, 10, 40, 230);        // alone
  row_of_bars(other, 300, 20, 5, 6, 230);  // too small
  row_of_bars(other, 0, 150, 2, 40, 230);  // the first is cut by the edge, the second alone
  CHECK(text_lines(other, light, false).empty());
}

TEST_CASE("text lines: parts of Chinese letters join in any direction") {
  auto picture = at::full({200, 400}, 20, at::kByte);
  for (std::int64_t letter = 0; letter < 3; ++letter) {
    bar(picture, 60 + letter * 60, 60, 48, 10, 220);  // a roof
    bar(picture, 70 + letter * 60, 76, 28, 32, 220);  // and what stands under it
  }
  const auto lines = text_lines(picture, {200, 255}, true);
  REQUIRE(lines.size() == 1);
  CHECK(lines[0].size(0) == (48 + 20) * 48 / 48);  // the whole letters' height
}

TEST_CASE("tone layers cover every tone, on either side of it and around it") {
  const auto layers = tone_layers();
  for (int tone = 0; tone < 256; ++tone)
    CHECK(std::count_if(layers.begin(), layers.end(), [&](const ToneLayer& layer) {
            return layer.low <= tone && tone <= layer.high && layer.high - layer.low < 30;
          }) >= 1);
}

// Answers with the number of bars, and counts how often it is asked.
struct CountingReader final : Reader {
  Reading read(const at::Tensor& line) override {
    ++asked;
    const auto middle = line[line.size(0) / 2].lt(128).to(at::kInt);
    return {"bars" + std::to_string(middle.diff().eq(1).sum().item<int>()), confidence};
  }
  int asked = 0, confidence = 90;
};

TEST_CASE("a frame is read layer by layer until nothing is wrong, then from the layer that was right") {
  auto picture = at::full({200, 400}, 90, at::kByte);
  row_of_bars(picture, 40, 60, 6, 40, 150);
  CountingReader reader;
  FrameReader frames(reader, {U"bars6"}, false);
  auto match = frames.read(picture);
  CHECK(match.front().errors == 0);
  CHECK(match.front().text == U"bars6");
  const int first = std::exchange(reader.asked, 0);
  CHECK(first >= 1);
  CHECK(frames.read(picture).front().errors == 0);
  CHECK(reader.asked == 1);

  FrameReader wrong(reader, {U"bars7", U"bars6"}, false);
  match = wrong.read(picture);
  CHECK(match[0].errors == 1);
  CHECK(match[1].errors == 0);

  reader.confidence = 30;
  FrameReader unsure(reader, {U"bars6"}, false);
  CHECK(unsure.read(picture).front().errors == 5);
}

}  // namespace
}  // namespace gallop
