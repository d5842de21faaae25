#include "nn/tile_convolution.h"

#include "nn/tile_kernels.h"
#include "nn/tile_product.h"

namespace gallop::nn::tiles {

#ifdef GALLOP_TILES

namespace {

constexpr std::int64_t kRowsAtOnce = 256;  // pixels whose window and whose share of the weights stay in the second cache

std::int64_t padded(std::int64_t count) { return (count + kStep - 1) / kStep * kStep; }

// The input with its border as two planes of 16-bit halves, [positions, depth]. Positions run on from line to line, so that the
// pixels one tap sees are as far apart as the outputs: tap (dy, dx) of output `at` reads position at + dy * pitch + dx. Outputs at
// the last 2 * (kernel_width / 2) positions of a line are computed and dropped.
struct Plan {
  explicit Plan(const Convolution& c)
      : above(c.kernel_height / 2),
        left(c.kernel_width / 2),
        pitch(c.width + 2 * left),
        depth(padded(c.channels)),
        count((c.height - 1) * pitch + c.width),
        positions(padded(count) + 2 * above * pitch + 2 * left),
        taps(c.kernel_height * c.kernel_width) {}
  std::int64_t above, left, pitch, depth, count, positions, taps;
};

// `count` pixels of x as halves, each followed by zeros up to `depth`.
GALLOP_TILE_TARGET void split_pixels(const float* x, std::int64_t count, std::int64_t channels, std::int64_t depth, std::uint16_t* high,
                                     std::uint16_t* low) {
  for (std::int64_t pixel = 0; pixel < count; ++pixel)
    for (std::int64_t i = 0; i < depth; i += 16) {
      const auto there = std::clamp<std::int64_t>(channels - i, 0, 16);
      __m256i halves[2];
      split(_mm512_maskz_loadu_ps(static_cast<__mmask16>((1U << there) - 1), x + pixel * channels + i), halves[0], halves[1]);
      _mm256_storeu_si256(reinterpret_cast<__m256i*>(high + pixel * depth + i), halves[0]);
      _mm256_storeu_si256(reinterpret_cast<__m256i*>(low + pixel * depth + i), halves[1]);
    }
}

// Line `line` of the positions; those beyond the last line are zero as well.
void split_line(const Convolution& c, const Plan& plan, std::int64_t line, std::uint16_t* high, std::uint16_t* low) {
  const auto begin = line * plan.pitch, end = std::min(begin + plan.pitch, plan.positions), row = line - plan.above;
  const auto clear = [&](std::int64_t from, std::int64_t to) {
    for (auto* plane : {high, low}) std::fill(plane + from * plan.depth, plane + to * plan.depth, std::uint16_t{0});
  };
  if (row < 0 || row >= c.height) {
    clear(begin, end);
    return;
  }
  const auto first = begin + plan.left;
  clear(begin, first);
  split_pixels(c.x + row * c.width * c.channels, c.width, c.channels, plan.depth, high + first * plan.depth, low + first * plan.depth);
  clear(first + c.width, end);
}

// 32 outputs of 32 positions from `at`, over all taps.
GALLOP_TILE_TARGET void multiply_taps(const Plan& plan, std::int64_t kernel_width, const std::uint16_t* high, const std::uint16_t* low,
                                      const std::uint16_t* w, float* sums) {
  clear_sums();
  for (std::int64_t tap = 0; tap < plan.taps; ++tap) {
    const auto place = (tap / kernel_width * plan.pitch + tap % kernel_width) * plan.depth;
    const std::uint16_t *h = high + place, *l = low + place;
    for (std::int64_t i = 0; i < plan.depth; i += kStep, w += kPanel) {
      load_rows(h + i, plan.depth);
      load_outputs(w);
      multiply_tiles();
      load_outputs(w + 2 * kTile);
      multiply_tiles();
      load_rows(l + i, plan.depth);
      load_outputs(w);
      multiply_tiles();
    }
  }
  store_sums(sums, 32);
}

// Sums [32, 32] of positions from `at` and outputs from `output` to y, with bias and rectification.
GALLOP_TILE_TARGET void write_pixels(const Convolution& c, const Plan& plan, std::int64_t at, std::int64_t output, const float* sums) {
  for (std::int64_t part = 0; part < 32 && output + part < c.outputs; part += 16) {
    const auto mask = static_cast<__mmask16>((1U << std::min<std::int64_t>(16, c.outputs - output - part)) - 1);
    const __m512 bias = c.bias != nullptr ? _mm512_maskz_loadu_ps(mask, c.bias + output + part) : _mm512_setzero_ps();
    auto line = at / plan.pitch, column = at % plan.pitch;
    for (std::int64_t row = 0; row < 32 && at + row < plan.count; ++row) {
      if (column < c.width) {
        __m512 value = _mm512_add_ps(_mm512_loadu_ps(sums + row * 32 + part), bias);
        if (c.rectified) value = _mm512_max_ps(_mm512_setzero_ps(), value);  // in this order a NaN stays one
        _mm512_mask_storeu_ps(c.y + (line * c.width + column) * c.outputs + output + part, mask, value);
      }
      if (++column == plan.pitch) {
        column = 0;
        ++line;
      }
    }
  }
}

GALLOP_TILE_TARGET void convolve_positions(const Convolution& c, const Plan& plan, std::int64_t begin, std::int64_t end,
                                           const std::uint16_t* high, const std::uint16_t* low) {
  _tile_loadconfig(&kTileConfig);
  alignas(64) float sums[32 * 32];
  for (std::int64_t output = 0; output < c.outputs; output += kStep)
    for (auto at = begin; at < end; at += 32) {
      multiply_taps(plan, c.kernel_width, high + at * plan.depth, low + at * plan.depth,
                    c.packed + output / kStep * plan.taps * plan.depth / kStep * kPanel, sums);
      write_pixels(c, plan, at, output, sums);
    }
  _tile_release();
}

}  // namespace

void convolve(const Convolution& convolution, int threads) {
  const Plan plan(convolution);
  const auto high = scratch<std::uint16_t>(plan.positions * plan.depth), low = scratch<std::uint16_t>(plan.positions * plan.depth);
  const auto lines = (plan.positions + plan.pitch - 1) / plan.pitch;
#pragma omp parallel num_threads(threads)
  {
#pragma omp for schedule(static)
    for (std::int64_t line = 0; line < lines; ++line) split_line(convolution, plan, line, high.get(), low.get());
#pragma omp for schedule(dynamic, 1)
    for (std::int64_t begin = 0; begin < plan.count; begin += kRowsAtOnce)
      convolve_positions(convolution, plan, begin, std::min(plan.count, begin + kRowsAtOnce), high.get(), low.get());
  }
}

#else

void convolve(const Convolution&, int) {}

#endif

}  // namespace gallop::nn::tiles
