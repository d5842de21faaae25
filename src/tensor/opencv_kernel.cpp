#include "tensor/opencv_kernel.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "tensor/vector_clones.h"

namespace gallop::tensor {
namespace {

constexpr int kOpencvOne = 2048;

// Where OpenCV looks for output position `x`: the pixel below and the part of the next one, in float as there.
std::pair<std::int64_t, float> source_position(std::int64_t x, double scale) {
  auto position = static_cast<float>((static_cast<double>(x) + 0.5) * scale - 0.5);
  const auto low = static_cast<std::int64_t>(std::floor(position));
  return {low, position - static_cast<float>(low)};
}

std::int16_t fixed_weight(float part) { return static_cast<std::int16_t>(std::lrint(part * kOpencvOne)); }

// Not divided by their ratio: OpenCV takes the reciprocal of the rounded quotient.
double source_scale(std::int64_t from, std::int64_t to) { return 1.0 / (static_cast<double>(to) / static_cast<double>(from)); }

GALLOP_VECTOR_CLONES void blend_rows(const std::int16_t* low, const std::int16_t* high, std::int16_t low_weight, std::int16_t high_weight,
                                     std::uint8_t* target, std::int64_t count) {
  for (std::int64_t i = 0; i < count; ++i) {
    const auto a = static_cast<std::int16_t>((low[i] * low_weight) >> 16), b = static_cast<std::int16_t>((high[i] * high_weight) >> 16);
    target[i] = static_cast<std::uint8_t>((a + b + 2) >> 2);
  }
}

}  // namespace

OpencvPlan::OpencvPlan(std::int64_t height, std::int64_t width, std::int64_t to_height, std::int64_t to_width, std::int64_t channels)
    : height_(height), width_(width), to_width_(to_width), channels_(channels), halves_(height == 2 * to_height && width == 2 * to_width) {
  for (std::int64_t x = 0; x < to_width; ++x) {
    auto [low, part] = source_position(x, source_scale(width, to_width));
    if (low < 0) low = 0, part = 0.0F;
    const bool at_edge = low >= width - 1;  // the last pixel alone, with the whole weight
    if (at_edge) low = width - 1, part = 0.0F;
    columns_.push_back({static_cast<std::int32_t>(low * channels), static_cast<std::int32_t>((low + (at_edge ? 0 : 1)) * channels),
                        fixed_weight(1.0F - part), fixed_weight(part)});
  }
  for (std::int64_t y = 0; y < to_height; ++y) {
    const auto [low, part] = source_position(y, source_scale(height, to_height));
    rows_.push_back({static_cast<std::int32_t>(std::clamp<std::int64_t>(low, 0, height - 1)),
                     static_cast<std::int32_t>(std::clamp<std::int64_t>(low + 1, 0, height - 1)), fixed_weight(1.0F - part),
                     fixed_weight(part)});
  }
}

void OpencvPlan::halve_row(const std::uint8_t* source, std::uint8_t* target, std::int64_t row) const {
  const auto* upper = source + 2 * row * width_ * channels_;
  const auto* lower = upper + width_ * channels_;
  auto* out = target + row * to_width_ * channels_;
  for (std::int64_t x = 0; x < to_width_; ++x)
    for (std::int64_t c = 0; c < channels_; ++c) {
      const auto at = 2 * x * channels_ + c;
      out[x * channels_ + c] = static_cast<std::uint8_t>((upper[at] + upper[at + channels_] + lower[at] + lower[at + channels_] + 2) >> 2);
    }
}

void OpencvPlan::rows(const std::uint8_t* source, std::uint8_t* target, std::int64_t first, std::int64_t last) const {
  if (halves_) {
    for (auto y = first; y < last; ++y) halve_row(source, target, y);
    return;
  }
  const auto count = to_width_ * channels_;
  // The two source rows in use, resized across and divided by 16 as the blend wants them.
  std::vector<std::int16_t> buffers[2] = {std::vector<std::int16_t>(static_cast<std::size_t>(count)),
                                          std::vector<std::int16_t>(static_cast<std::size_t>(count))};
  std::int64_t held[2] = {-1, -1};
  const auto fetch = [&](std::int64_t row, int keep) {
    for (int i = 0; i < 2; ++i)
      if (held[i] == row) return i;
    const int slot = keep == 0 ? 1 : 0;
    held[slot] = row;
    auto* out = buffers[slot].data();
    const auto* in = source + row * width_ * channels_;
    for (const auto& tap : columns_)
      for (std::int64_t c = 0; c < channels_; ++c)
        *out++ = static_cast<std::int16_t>((in[tap.low + c] * tap.low_weight + in[tap.high + c] * tap.high_weight) >> 4);
    return slot;
  };
  for (auto y = first; y < last; ++y) {
    const auto& tap = rows_[static_cast<std::size_t>(y)];
    // Keep the slot the other row already occupies.
    const int low = fetch(tap.low, held[1] == tap.high ? 1 : 0);
    const int high = fetch(tap.high, low);
    blend_rows(buffers[low].data(), buffers[high].data(), tap.low_weight, tap.high_weight, target + y * count, count);
  }
}

}  // namespace gallop::tensor
