#include "nn/int8_product.h"

#include <algorithm>
#include <cmath>
#include <memory>

#include "nn/int8_units.h"
#include "nn/kernel_clones.h"
#include "nn/tile_product.h"

namespace gallop::nn::int8 {
namespace {

constexpr std::int64_t kRowsAtOnce = 2048;
constexpr std::int64_t kBlockBytes = 1 << 20;  // weights of a block: half the second cache

// The largest size; not a number when one of them is none.
GALLOP_CLONES float largest(const float* values, std::int64_t count) {
  float size = 0.0F, rest = 0.0F;
#pragma omp simd reduction(max : size) reduction(+ : rest)
  for (std::int64_t i = 0; i < count; ++i) {
    size = std::max(size, std::fabs(values[i]));
    rest += values[i] - values[i];
  }
  return size + rest;
}

// Rounded to the nearest, halves to even; count whole numbers.
GALLOP_CLONES void round_values(const float* values, float factor, std::int8_t* out, std::int64_t count) {
#pragma omp simd
  for (std::int64_t i = 0; i < count; ++i) {
    const float shifted = values[i] * factor + 12582912.0F;  // 1.5 * 2^23
    out[i] = static_cast<std::int8_t>(static_cast<std::int32_t>(shifted - 12582912.0F));
  }
}

// One row into its place in a panel of 32: 64 inputs a step, 16 rows a tile. Returns its step.
float place_row(const float* x, std::int64_t row, std::int64_t inputs, std::int8_t* panel) {
  const float size = largest(x, inputs);
  const float factor = size > 0.0F ? 127.0F / size : 0.0F;
  auto* out = panel + row / 16 * kTile + row % 16 * 64;
  for (std::int64_t i = 0; i < inputs; i += kInputStep, out += 2 * kTile) round_values(x + i, factor, out, kInputStep);
  return size / 127.0F;
}

GALLOP_CLONES void finish(const Sums& sums, const float* row_steps, std::int64_t rows, const Product& p, std::int64_t row,
                          std::int64_t output) {
  for (std::int64_t i = 0; i < rows; ++i) {
    float* y = p.y + (row + i) * p.outputs + output;
    for (std::int64_t o = 0; o < kOutputStep; ++o) {
      const float value = static_cast<float>(sums[i][o]) * row_steps[i] * p.steps[output + o];
      y[o] = p.bias == nullptr ? value : value + p.bias[output + o];
    }
  }
}

}  // namespace

void pack(const float* weight, std::int64_t outputs, std::int64_t inputs, std::int8_t* packed, float* steps) {
  for (std::int64_t o = 0; o < outputs; ++o) {
    const auto* row = weight + o * inputs;
    steps[o] = largest(row, inputs) / 127.0F;
    const float factor = steps[o] > 0.0F ? 1.0F / steps[o] : 0.0F;
    // Panels of 32 outputs; a tile holds 64 inputs of 16 outputs: four inputs, then output, then which of the four.
    auto* out = packed + o / 32 * 32 * inputs + o % 32 / 16 * kTile + o % 16 * 4;
    for (std::int64_t i = 0; i < inputs; i += kInputStep, out += 2 * kTile) {
      std::int8_t values[kInputStep];
      round_values(row + i, factor, values, kInputStep);
      for (std::int64_t k = 0; k < kInputStep; ++k) out[k / 4 * 64 + k % 4] = values[k];
    }
  }
}

Units best_units() {
  if (tiles::available()) return Units::tiles;
  return vectors_available() ? Units::vectors : Units::plain;
}

void multiply(const Product& product, int threads, Units units) {
  const auto& p = product;
  const auto rows_at_once = std::min(kRowsAtOnce, (p.rows + 31) / 32 * 32);
  const auto panel = 32 * p.inputs, steps = p.inputs / kInputStep;
  const std::unique_ptr<std::int8_t[]> memory(new std::int8_t[static_cast<std::size_t>(rows_at_once * p.inputs + 64)]);
  auto* packed = memory.get() + 64 - reinterpret_cast<std::uintptr_t>(memory.get()) % 64;
  const auto row_steps = std::make_unique<float[]>(static_cast<std::size_t>(rows_at_once));
  const auto block = std::max<std::int64_t>(1, kBlockBytes / panel);  // panels of outputs
  const auto blocks = (p.outputs / 32 + block - 1) / block;
#pragma omp parallel num_threads(threads)
  for (std::int64_t first = 0; first < p.rows; first += rows_at_once) {
    const auto rows = std::min(rows_at_once, p.rows - first);
#pragma omp for schedule(static)
    for (std::int64_t row = 0; row < rows; ++row)
      row_steps[static_cast<std::size_t>(row)] = place_row(p.x + (first + row) * p.inputs, row % 32, p.inputs, packed + row / 32 * panel);
    // Blocks of outputs times sixteenths of the rows, so that many threads have work.
    const auto share = std::max<std::int64_t>(32, (rows / 16 + 31) / 32 * 32), shares = (rows + share - 1) / share;
#pragma omp for schedule(dynamic, 1)
    for (std::int64_t task = 0; task < blocks * shares; ++task) {
      const auto begin = task % shares * share, end = std::min(rows, begin + share);
      const auto from = task / shares * block, to = std::min(p.outputs / 32, from + block);
      const Session session(units);
      for (auto row = begin; row < end; row += 32)
        for (auto output = from; output < to; ++output) {
          alignas(64) Sums sums;
          multiply_panels(units, packed + row / 32 * panel, p.packed + output * panel, steps, sums);
          finish(sums, row_steps.get() + row, std::min<std::int64_t>(32, end - row), p, first + row, output * 32);
        }
    }
  }
}

}  // namespace gallop::nn::int8
