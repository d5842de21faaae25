// Synthetic clips for tests.
#pragma once

#include <cstdint>
#include <vector>

#include "gallop/video.h"

namespace gallop::test {

// A bright square that moves over a gradient: smooth enough to survive compression, different in every frame.
inline Video moving_square(std::int64_t frames, std::int64_t height, std::int64_t width, double fps = 10.0) {
  std::vector<std::uint8_t> pixels(static_cast<std::size_t>(frames * height * width * 3));
  std::size_t at = 0;
  for (std::int64_t t = 0; t < frames; ++t)
    for (std::int64_t y = 0; y < height; ++y)
      for (std::int64_t x = 0; x < width; ++x) {
        const std::int64_t left = 2 + 2 * t;
        const bool inside = x >= left && x < left + height / 3 && y >= height / 3 && y < 2 * height / 3;
        pixels[at++] = static_cast<std::uint8_t>(inside ? 230 : 40 + 100 * x / width);
        pixels[at++] = static_cast<std::uint8_t>(inside ? 200 : 60 + 80 * y / height);
        pixels[at++] = static_cast<std::uint8_t>(inside ? 60 : 120);
      }
  return Video(std::move(pixels), frames, height, width, fps);
}

// Mean absolute difference of two clips of equal shape.
inline double mean_difference(const Video& a, const Video& b) {
  double sum = 0.0;
  for (std::size_t i = 0; i < a.pixels().size(); ++i)
    sum += a.pixels()[i] > b.pixels()[i] ? a.pixels()[i] - b.pixels()[i] : b.pixels()[i] - a.pixels()[i];
  return sum / static_cast<double>(a.pixels().size());
}

}  // namespace gallop::test
