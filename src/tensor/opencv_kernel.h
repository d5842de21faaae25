// K5: the arithmetic of OpenCV's 8-bit INTER_LINEAR (OpenCV 4.10, modules/imgproc/src/resize.cpp), on plain memory.
#pragma once

#include <cstdint>
#include <vector>

namespace gallop::tensor {

// The weights of one resize, shared by all its pictures and threads.
class OpencvPlan {
 public:
  OpencvPlan(std::int64_t height, std::int64_t width, std::int64_t to_height, std::int64_t to_width, std::int64_t channels);
  // Output rows [first, last) of the picture [height, width, channels] at `source`.
  void rows(const std::uint8_t* source, std::uint8_t* target, std::int64_t first, std::int64_t last) const;

 private:
  struct Tap {
    std::int32_t low = 0, high = 0;                // columns in elements, rows as numbers
    std::int16_t low_weight = 0, high_weight = 0;  // of 2048
  };
  void halve_row(const std::uint8_t* source, std::uint8_t* target, std::int64_t row) const;

  std::int64_t height_, width_, to_width_, channels_;
  bool halves_;
  std::vector<Tap> columns_, rows_;
};

}  // namespace gallop::tensor
