// Known degradations of a clip, for seeing whether a measure orders them.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <numeric>
#include <random>
#include <vector>

#include "gallop/video.h"

namespace gallop::test {

// A clip whose frame t is built by `pixel_of(t, y, x, channel)`.
inline Video rebuilt(const Video& video, const std::function<double(std::int64_t, std::int64_t, std::int64_t, int)>& pixel_of) {
  std::vector<std::uint8_t> pixels(video.pixels().size());
  std::size_t at = 0;
  for (std::int64_t t = 0; t < video.frames(); ++t)
    for (std::int64_t y = 0; y < video.height(); ++y)
      for (std::int64_t x = 0; x < video.width(); ++x)
        for (int c = 0; c < 3; ++c) pixels[at++] = static_cast<std::uint8_t>(std::clamp(std::lround(pixel_of(t, y, x, c)), 0L, 255L));
  return Video(std::move(pixels), video.frames(), video.height(), video.width(), video.fps());
}

// The frames in another order, possibly repeated.
inline Video reordered(const Video& video, const std::vector<std::int64_t>& order) {
  std::vector<std::uint8_t> pixels;
  for (const auto index : order) pixels.insert(pixels.end(), video.frame(index).begin(), video.frame(index).end());
  return Video(std::move(pixels), static_cast<std::int64_t>(order.size()), video.height(), video.width(), video.fps());
}

inline double pixel(const Video& video, std::int64_t t, std::int64_t y, std::int64_t x, int c) {
  y = std::clamp<std::int64_t>(y, 0, video.height() - 1);
  x = std::clamp<std::int64_t>(x, 0, video.width() - 1);
  return video.frame(t)[static_cast<std::size_t>((y * video.width() + x) * 3 + c)];
}

// Separable Gaussian blur.
inline Video blurred(const Video& video, double sigma) {
  const auto radius = static_cast<std::int64_t>(std::ceil(3 * sigma));
  std::vector<double> kernel;
  for (std::int64_t i = -radius; i <= radius; ++i) kernel.push_back(std::exp(-static_cast<double>(i * i) / (2 * sigma * sigma)));
  const double total = std::accumulate(kernel.begin(), kernel.end(), 0.0);
  const auto along = [&](const Video& source, std::int64_t dy, std::int64_t dx) {
    return rebuilt(source, [&](std::int64_t t, std::int64_t y, std::int64_t x, int c) {
      double sum = 0.0;
      for (std::int64_t i = -radius; i <= radius; ++i)
        sum += kernel[static_cast<std::size_t>(i + radius)] * pixel(source, t, y + i * dy, x + i * dx, c);
      return sum / total;
    });
  };
  return along(along(video, 1, 0), 0, 1);
}

inline Video noisy(const Video& video, double sigma) {
  std::mt19937 engine(7);
  std::normal_distribution<double> normal(0.0, sigma);
  return rebuilt(video, [&](std::int64_t t, std::int64_t y, std::int64_t x, int c) { return pixel(video, t, y, x, c) + normal(engine); });
}

inline Video flickering(const Video& video, double amount) {
  return rebuilt(video, [&](std::int64_t t, std::int64_t y, std::int64_t x, int c) {
    return pixel(video, t, y, x, c) + (t % 2 == 0 ? amount : -amount);
  });
}

inline Video frozen(const Video& video) { return reordered(video, std::vector<std::int64_t>(static_cast<std::size_t>(video.frames()), 0)); }

inline Video stuttering(const Video& video) {
  std::vector<std::int64_t> order;
  for (std::int64_t t = 0; t < video.frames(); ++t) order.push_back(t / 3 * 3);
  return reordered(video, order);
}

inline Video shuffled(const Video& video) {
  std::vector<std::int64_t> order(static_cast<std::size_t>(video.frames()));
  std::iota(order.begin(), order.end(), std::int64_t{0});
  std::mt19937 engine(3);
  for (std::size_t i = order.size(); i-- > 1;) std::swap(order[i], order[engine() % (i + 1)]);
  return reordered(video, order);
}

}  // namespace gallop::test
