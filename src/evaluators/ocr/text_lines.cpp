#include "evaluators/ocr/text_lines.h"

#include <algorithm>
#include <numeric>

#include "tensor/resize.h"

namespace gallop::evaluators::ocr {
namespace {

constexpr std::int64_t kLetterHeight = 48, kMargin = 10;  // of a line's picture
constexpr std::int64_t kLeastSide = 8, kLeastArea = 12, kLeastHeight = 10;
constexpr double kLargest = 0.6, kHighest = 0.5;    // of the picture: a shape's sides, a line's height
constexpr std::size_t kMostShapes = 500;            // more is texture
constexpr double kLeastInk = 0.08, kMostInk = 0.8;  // of a line's box
constexpr double kLeastLength = 1.4;                // of a line, in its heights

struct Line {
  Box box;
  std::vector<const Shape*> shapes;
};

bool may_be_letter(const Shape& shape, std::int64_t height, std::int64_t width) {
  const auto& box = shape.box;
  const bool cut = box.left == 0 || box.top == 0 || box.right == width || box.bottom == height;
  return !cut && shape.area >= kLeastArea && std::max(box.width(), box.height()) >= kLeastSide &&
         static_cast<double>(box.width()) <= kLargest * static_cast<double>(width) &&
         static_cast<double>(box.height()) <= kLargest * static_cast<double>(height);
}

// Neighbours in a row: of like height, side by side. Parts of one Chinese letter lie close in any direction.
bool neighbours(const Box& a, const Box& b, bool han) {
  const auto low = static_cast<double>(std::min(a.height(), b.height())), high = static_cast<double>(std::max(a.height(), b.height()));
  const auto beside = static_cast<double>(std::max(a.left, b.left) - std::min(a.right, b.right));
  const auto above = static_cast<double>(std::max(a.top, b.top) - std::min(a.bottom, b.bottom));
  if (high <= 2.2 * low && -above > 0.5 * low && beside < 1.2 * high) return true;
  if (!han) return false;
  const auto large = static_cast<double>(std::max({a.width(), a.height(), b.width(), b.height()}));
  const auto small = static_cast<double>(std::min(std::max(a.width(), a.height()), std::max(b.width(), b.height())));
  return above < 0.25 * large && beside < 0.3 * large && large < 6.0 * small;
}

std::vector<Line> join_lines(const std::vector<const Shape*>& letters, bool han) {
  std::vector<Line> lines;
  std::vector<bool> taken(letters.size(), false);
  for (std::size_t first = 0; first < letters.size(); ++first) {
    if (taken[first]) continue;
    taken[first] = true;
    Line line{letters[first]->box, {letters[first]}};
    for (std::size_t next = 0; next < line.shapes.size(); ++next)
      for (std::size_t i = 0; i < letters.size(); ++i) {
        if (taken[i] || !neighbours(line.shapes[next]->box, letters[i]->box, han)) continue;
        taken[i] = true;
        line.shapes.push_back(letters[i]);
        line.box = line.box.joined(letters[i]->box);
      }
    lines.push_back(std::move(line));
  }
  return lines;
}

bool may_be_text(const Line& line, std::int64_t height) {
  const auto high = static_cast<double>(line.box.height()), wide = static_cast<double>(line.box.width());
  if (line.shapes.size() < 2 || line.box.height() < kLeastHeight || high > kHighest * static_cast<double>(height) ||
      wide < kLeastLength * high)
    return false;
  double ink = 0.0;
  for (const auto* shape : line.shapes) ink += static_cast<double>(shape->area);
  return ink >= kLeastInk * high * wide && ink <= kMostInk * high * wide;
}

// Lines that stand beside each other are read from left to right, rows from top to bottom.
void sort_for_reading(std::vector<Line>& lines) {
  std::sort(lines.begin(), lines.end(), [](const Line& a, const Line& b) { return a.box.top + a.box.bottom < b.box.top + b.box.bottom; });
  for (auto first = lines.begin(); first != lines.end();) {
    const auto last =
        std::find_if(first, lines.end(), [&](const Line& line) { return line.box.top + line.box.bottom >= 2 * first->box.bottom; });
    std::sort(first, last, [](const Line& a, const Line& b) { return a.box.left < b.box.left; });
    first = last;
  }
}

at::Tensor picture_of(const Line& line) {
  const auto high = line.box.height() + 2 * kMargin, wide = line.box.width() + 2 * kMargin;
  const auto picture = at::full({high, wide, 1}, 255, at::kByte);
  auto* cells = picture.mutable_data_ptr<std::uint8_t>();
  for (const auto* shape : line.shapes)
    for (const auto& run : shape->runs) {
      auto* row = cells + (run.row - line.box.top + kMargin) * wide + kMargin - line.box.left;
      std::fill(row + run.begin, row + run.end, std::uint8_t{0});
    }
  const auto scaled = [&](std::int64_t side) { return (side * kLetterHeight + line.box.height() / 2) / line.box.height(); };
  return tensor::resize_pillow(picture, {scaled(high), scaled(wide)}, tensor::PillowFilter::bicubic).squeeze(2);
}

}  // namespace

std::vector<ToneLayer> tone_layers() {
  std::vector<ToneLayer> layers;
  for (int threshold = 28; threshold < 256; threshold += 24) {
    layers.push_back({threshold + 1, 255});
    layers.push_back({0, threshold - 1});
  }
  for (int tone = 12; tone < 256; tone += 16) layers.push_back({tone - 14, tone + 14});
  return layers;
}

std::vector<at::Tensor> text_lines(const at::Tensor& luma, const ToneLayer& layer, bool han) {
  const auto height = luma.size(0), width = luma.size(1);
  const auto mask = luma.ge(std::max(layer.low, 0)).logical_and_(luma.le(std::min(layer.high, 255))).to(at::kByte);
  const auto shapes = shapes_of(mask);
  std::vector<const Shape*> letters;
  for (const auto& shape : shapes)
    if (may_be_letter(shape, height, width)) letters.push_back(&shape);
  if (letters.size() > kMostShapes) return {};
  auto lines = join_lines(letters, han);
  std::erase_if(lines, [&](const Line& line) { return !may_be_text(line, height); });
  sort_for_reading(lines);
  std::vector<at::Tensor> pictures;
  for (const auto& line : lines) pictures.push_back(picture_of(line));
  return pictures;
}

}  // namespace gallop::evaluators::ocr
