// Connected shapes of a black-and-white picture.
#pragma once

#include <cstdint>
#include <vector>

#include "tensor/aten.h"

namespace gallop::evaluators::ocr {

struct Box {
  std::int64_t left = 0, top = 0, right = 0, bottom = 0;  // right and bottom are one beyond the last
  std::int64_t width() const { return right - left; }
  std::int64_t height() const { return bottom - top; }
  Box joined(const Box& other) const;
};

struct Run {
  std::int64_t row = 0, begin = 0, end = 0;  // end is one beyond the last column
};

struct Shape {
  Box box;
  std::int64_t area = 0;
  std::vector<Run> runs;  // all of its cells, row by row
};

// Shapes of cells that are not zero and touch at a side or a corner, in the order of their first cell; mask uint8 [H, W].
std::vector<Shape> shapes_of(const at::Tensor& mask);

}  // namespace gallop::evaluators::ocr
