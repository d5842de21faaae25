#include "nn/roi_align.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace gallop::nn {
namespace {

// Weights of the map's cells along one axis for each bin of one box: [size, cells], of which [first, last) are not zero.
struct AxisWeights {
  std::vector<float> values;
  std::int64_t first = 0, last = 0;
};

AxisWeights axis_weights(float low, float high, float scale, std::int64_t size, std::int64_t cells) {
  AxisWeights weights{std::vector<float>(static_cast<std::size_t>(size * cells)), cells, 0};
  const float start = low * scale - 0.5F, length = high * scale - 0.5F - start;
  const float bin = length / static_cast<float>(size);
  // A box without extent, or one that is not finite, has no samples and reads as zero; so does one so large that the map is
  // less than a sample.
  constexpr float kLargest = 1e9F;
  const auto samples = bin > 0.0F && bin < kLargest ? static_cast<std::int64_t>(std::ceil(bin)) : 0;
  const float step = bin / static_cast<float>(std::max<std::int64_t>(samples, 1)), limit = static_cast<float>(cells);
  for (std::int64_t i = 0; i < size && samples > 0; ++i) {
    auto* row = weights.values.data() + i * cells;
    const auto add = [&](std::int64_t cell, float weight) {
      row[cell] += weight / static_cast<float>(samples);
      weights.first = std::min(weights.first, cell);
      weights.last = std::max(weights.last, cell + 1);
    };
    const float base = start + static_cast<float>(i) * bin;
    // Only the samples near the map: a proposal may reach far beyond it.
    const auto bound = [&](float position) {
      return std::clamp(static_cast<std::int64_t>((position - base) / step), std::int64_t{0}, samples);
    };
    for (auto s = bound(-2.0F); s < std::min(samples, bound(limit + 1.0F) + 1); ++s) {
      float at = base + (static_cast<float>(s) + 0.5F) * step;
      if (at < -1.0F || at > limit) continue;
      at = std::max(at, 0.0F);
      const auto cell = std::min(static_cast<std::int64_t>(at), cells - 1);
      const float beyond = cell + 1 < cells ? at - static_cast<float>(cell) : 0.0F;
      add(cell, 1.0F - beyond);
      if (beyond > 0.0F) add(cell + 1, beyond);
    }
  }
  return weights;
}

// Both passes for one box: `map` [H, W, C] to `out` [size, size, C]. Rows first, into `strip` [touched columns, C].
void pool_box(const float* map, std::int64_t width, std::int64_t channels, const AxisWeights& rows, const AxisWeights& columns,
              std::int64_t height, std::int64_t size, std::vector<float>& strip, float* out) {
  const auto touched = std::max<std::int64_t>(columns.last - columns.first, 0);
  for (std::int64_t y = 0; y < size; ++y) {
    strip.assign(static_cast<std::size_t>(touched * channels), 0.0F);
    for (std::int64_t row = rows.first; row < rows.last; ++row) {
      const float weight = rows.values[static_cast<std::size_t>(y * height + row)];
      if (weight == 0.0F) continue;
      const float* cells = map + (row * width + columns.first) * channels;
      for (std::int64_t i = 0; i < touched * channels; ++i) strip[static_cast<std::size_t>(i)] += weight * cells[i];
    }
    for (std::int64_t x = 0; x < size; ++x) {
      float* target = out + (y * size + x) * channels;
      std::fill(target, target + channels, 0.0F);
      for (std::int64_t column = 0; column < touched; ++column) {
        const float weight = columns.values[static_cast<std::size_t>(x * width + columns.first + column)];
        if (weight == 0.0F) continue;
        const float* cells = strip.data() + column * channels;
        for (std::int64_t c = 0; c < channels; ++c) target[c] += weight * cells[c];
      }
    }
  }
}

}  // namespace

at::Tensor roi_align(const at::Tensor& features, const at::Tensor& boxes, double scale, std::int64_t size) {
  if (!features.device().is_cpu()) return roi_align_by_products(features, boxes, scale, size);
  const auto channels = features.size(1), height = features.size(2), width = features.size(3), count = boxes.size(0);
  const auto map = features.permute({0, 2, 3, 1}).contiguous();
  const auto corners = boxes.to(at::kFloat).contiguous();
  auto pooled = at::empty({count, size, size, channels}, features.options());
  const auto* cells = map.const_data_ptr<float>();
  const auto* box = corners.const_data_ptr<float>();
  auto* out = pooled.mutable_data_ptr<float>();
  at::parallel_for(0, count, 1, [&](std::int64_t begin, std::int64_t end) {
    std::vector<float> strip;
    for (auto i = begin; i < end; ++i) {
      const auto rows = axis_weights(box[4 * i + 1], box[4 * i + 3], static_cast<float>(scale), size, height);
      const auto columns = axis_weights(box[4 * i], box[4 * i + 2], static_cast<float>(scale), size, width);
      pool_box(cells, width, channels, rows, columns, height, size, strip, out + i * size * size * channels);
    }
  });
  return pooled.permute({0, 3, 1, 2});
}

at::Tensor roi_align_by_products(const at::Tensor& features, const at::Tensor& boxes, double scale, std::int64_t size) {
  const auto height = features.size(2), width = features.size(3), count = boxes.size(0);
  const auto corners = boxes.cpu().to(at::kFloat).contiguous();
  const auto* box = corners.const_data_ptr<float>();
  auto rows = at::empty({count, 1, size, height}, at::kFloat), columns = at::empty({count, 1, width, size}, at::kFloat);
  for (std::int64_t i = 0; i < count; ++i) {
    const auto put = [&](const AxisWeights& weights, std::int64_t cells) {
      return at::from_blob(const_cast<float*>(weights.values.data()), {size, cells}, at::kFloat).clone();
    };
    rows[i][0].copy_(put(axis_weights(box[4 * i + 1], box[4 * i + 3], static_cast<float>(scale), size, height), height));
    columns[i][0].copy_(put(axis_weights(box[4 * i], box[4 * i + 2], static_cast<float>(scale), size, width), width).t());
  }
  return rows.to(features.device()).matmul(features).matmul(columns.to(features.device()));
}

}  // namespace gallop::nn
