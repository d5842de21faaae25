#include "tensor/pillow_kernel.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numbers>

#include "tensor/vector_clones.h"

namespace gallop::tensor {
namespace {

constexpr int kPillowBits = 22;  // 32 bits less 8 of the pixel and 2 against overshoot
constexpr std::int32_t kPillowHalf = 1 << (kPillowBits - 1);

double triangle(double x) { return std::abs(x) < 1.0 ? 1.0 - std::abs(x) : 0.0; }
double cubic(double x) {
  constexpr double a = -0.5;
  x = std::abs(x);
  if (x < 1.0) return ((a + 2.0) * x - (a + 3.0)) * x * x + 1;
  return x < 2.0 ? (((x - 5) * x + 8) * x - 4) * a : 0.0;
}
double sinc(double x) {
  if (x == 0.0) return 1.0;
  x *= std::numbers::pi;
  return std::sin(x) / x;
}
double lanczos(double x) { return -3.0 <= x && x < 3.0 ? sinc(x) * sinc(x / 3) : 0.0; }

struct PillowShape {
  double (*value)(double);
  double support;
};
PillowShape shape_of(PillowFilter filter) {
  switch (filter) {
    case PillowFilter::bilinear:
      return {triangle, 1.0};
    case PillowFilter::bicubic:
      return {cubic, 2.0};
    case PillowFilter::lanczos:
      break;
  }
  return {lanczos, 3.0};
}

std::uint8_t clip_byte(std::int32_t sum) { return static_cast<std::uint8_t>(std::clamp(sum >> kPillowBits, 0, 255)); }

// Four lanes, one pixel: red, green, blue, nothing.
using Lanes = std::int32_t __attribute__((vector_size(16), aligned(4), may_alias));

GALLOP_VECTOR_CLONES void across_rgb(const std::int32_t* row, std::uint8_t* target, const std::int32_t* firsts, const std::int32_t* counts,
                                     const std::int32_t* weights, std::int64_t stride, std::int64_t positions) {
  for (std::int64_t x = 0; x < positions; ++x, weights += stride) {
    const auto* pixel = reinterpret_cast<const Lanes*>(row + 4 * firsts[x]);
    Lanes even = {kPillowHalf, kPillowHalf, kPillowHalf, 0}, odd = {0, 0, 0, 0};
    std::int32_t t = 0;
    for (; t + 1 < counts[x]; t += 2) {
      even += pixel[t] * weights[t];
      odd += pixel[t + 1] * weights[t + 1];
    }
    if (t < counts[x]) even += pixel[t] * weights[t];
    even += odd;
    for (int c = 0; c < 3; ++c) target[x * 3 + c] = clip_byte(even[c]);
  }
}

GALLOP_VECTOR_CLONES void across_gray(const std::uint8_t* row, std::uint8_t* target, const std::int32_t* firsts, const std::int32_t* counts,
                                      const std::int32_t* weights, std::int64_t stride, std::int64_t positions) {
  for (std::int64_t x = 0; x < positions; ++x, weights += stride) {
    const std::uint8_t* pixel = row + firsts[x];
    std::int32_t sum = kPillowHalf;
    for (std::int32_t t = 0; t < counts[x]; ++t) sum += pixel[t] * weights[t];
    target[x] = clip_byte(sum);
  }
}

constexpr std::int64_t kTile = 512;  // sums that stay in the first-level cache

GALLOP_VECTOR_CLONES void down_tile(const std::uint8_t* source, std::uint8_t* target, std::int64_t bytes, std::int64_t row_bytes,
                                    const std::int32_t* weights, std::int32_t count) {
  std::int32_t sums[kTile];
  for (std::int64_t i = 0; i < bytes; ++i) sums[i] = kPillowHalf;
  for (std::int32_t t = 0; t < count; ++t, source += row_bytes)
    for (std::int64_t i = 0; i < bytes; ++i) sums[i] += source[i] * weights[t];
  for (std::int64_t i = 0; i < bytes; ++i) target[i] = clip_byte(sums[i]);
}

}  // namespace

PillowTaps pillow_taps(std::int64_t from, std::int64_t to, PillowFilter filter) {
  const auto shape = shape_of(filter);
  const double scale = static_cast<double>(from) / static_cast<double>(to), widened = std::max(scale, 1.0);
  const double support = shape.support * widened, narrowing = 1.0 / widened;
  PillowTaps taps;
  taps.stride = static_cast<std::int64_t>(std::ceil(support)) * 2 + 1;
  taps.weights.resize(static_cast<std::size_t>(to * taps.stride));
  std::vector<double> values(static_cast<std::size_t>(taps.stride));
  for (std::int64_t x = 0; x < to; ++x) {
    const double center = (static_cast<double>(x) + 0.5) * scale;
    const auto begin = std::max<std::int64_t>(static_cast<std::int64_t>(center - support + 0.5), 0);
    const auto end = std::min<std::int64_t>(static_cast<std::int64_t>(center + support + 0.5), from);
    double total = 0.0;
    for (std::int64_t i = begin; i < end; ++i)
      total += values[static_cast<std::size_t>(i - begin)] = shape.value((static_cast<double>(i) - center + 0.5) * narrowing);
    auto* weights = taps.weights.data() + x * taps.stride;
    for (std::int64_t i = 0; i < end - begin; ++i) {
      const double weight =
          (total != 0.0 ? values[static_cast<std::size_t>(i)] / total : values[static_cast<std::size_t>(i)]) * (1 << kPillowBits);
      weights[i] = static_cast<std::int32_t>(weight < 0 ? weight - 0.5 : weight + 0.5);
    }
    taps.first.push_back(static_cast<std::int32_t>(begin));
    taps.count.push_back(static_cast<std::int32_t>(end - begin));
  }
  return taps;
}

void pillow_across(const std::uint8_t* source, std::uint8_t* target, std::int64_t width, std::int64_t channels, std::int64_t first,
                   std::int64_t last, const PillowTaps& taps) {
  const auto positions = static_cast<std::int64_t>(taps.first.size());
  std::vector<std::int32_t> lanes(channels == 3 ? static_cast<std::size_t>(4 * width) : 0);
  for (auto y = first; y < last; ++y) {
    const auto* row = source + y * width * channels;
    auto* out = target + y * positions * channels;
    if (channels == 1) {
      across_gray(row, out, taps.first.data(), taps.count.data(), taps.weights.data(), taps.stride, positions);
      continue;
    }
    for (std::int64_t x = 0; x < width; ++x)
      for (std::int64_t c = 0; c < 3; ++c) lanes[static_cast<std::size_t>(4 * x + c)] = row[3 * x + c];
    across_rgb(lanes.data(), out, taps.first.data(), taps.count.data(), taps.weights.data(), taps.stride, positions);
  }
}

void pillow_down(const std::uint8_t* source, std::uint8_t* target, std::int64_t row_bytes, std::int64_t first, std::int64_t last,
                 const PillowTaps& taps) {
  for (auto y = first; y < last; ++y) {
    const auto i = static_cast<std::size_t>(y);
    const auto* rows = source + taps.first[i] * row_bytes;
    for (std::int64_t at = 0; at < row_bytes; at += kTile)
      down_tile(rows + at, target + y * row_bytes + at, std::min(kTile, row_bytes - at), row_bytes, taps.weights.data() + y * taps.stride,
                taps.count[i]);
  }
}

}  // namespace gallop::tensor
