#include "nn/float_product.h"

#include <omp.h>

#include <algorithm>

#include "nn/fast_exp.h"
#include "nn/tile_product.h"
#include "nn/tile_scratch.h"
#include "nn/tile_units.h"

namespace gallop::nn::tiles {

#ifdef GALLOP_TILES
namespace {

constexpr int kParts = 3;
constexpr std::int64_t kPanel = kParts * 2 * kTile;                // one step of 32 inputs for 32 rows or outputs: of each part two tiles
constexpr std::int64_t kInputsAtOnce = 512, kOutputsAtOnce = 256;  // a block of weights half as big as the second cache
constexpr std::int64_t kRowsAtOnce = 8192;

// The nearest bfloat16, as float32; halves away from zero.
GALLOP_TILE_TARGET inline __m512 rounded(__m512 x) {
  const auto bits = _mm512_add_epi32(_mm512_castps_si512(x), _mm512_set1_epi32(0x8000));
  return _mm512_castsi512_ps(_mm512_and_si512(bits, _mm512_set1_epi32(static_cast<int>(0xffff0000))));
}

// 32 numbers as three rows of 32 bfloat16 whose sums they are.
GALLOP_TILE_TARGET inline void split(const float* from, __m512i (&parts)[kParts]) {
  __m512 a = _mm512_loadu_ps(from), b = _mm512_loadu_ps(from + 16);
  for (int part = 0; part < kParts - 1; ++part) {
    const __m512 high_a = rounded(a), high_b = rounded(b);
    parts[part] = __builtin_bit_cast(__m512i, _mm512_cvtne2ps_pbh(high_b, high_a));
    a = _mm512_sub_ps(a, high_a);
    b = _mm512_sub_ps(b, high_b);
  }
  parts[kParts - 1] = __builtin_bit_cast(__m512i, _mm512_cvtne2ps_pbh(b, a));  // eight bits are left; what is not a number stays so
}

// Up to 32 rows as tiles of the first factor: for every step the three parts, each of rows 0..15 and 16..31. Missing rows are zero.
GALLOP_TILE_TARGET void pack_rows(const float* x, std::int64_t stride, std::int64_t rows, std::int64_t steps, std::uint16_t* packed) {
  for (std::int64_t step = 0; step < steps; ++step, packed += kPanel)
    for (std::int64_t row = 0; row < 32; ++row) {
      __m512i parts[kParts] = {};
      if (row < rows) split(x + row * stride + step * kStep, parts);
      for (int part = 0; part < kParts; ++part) _mm512_store_si512(packed + part * 2 * kTile + row * 32, parts[part]);
    }
}

// 16 rows of 16 pairs of values: rows become columns.
GALLOP_TILE_TARGET inline void transpose(__m512i (&r)[16]) {
  __m512i t[16];
  for (int i = 0; i < 16; i += 2) {
    t[i] = _mm512_unpacklo_epi32(r[i], r[i + 1]);
    t[i + 1] = _mm512_unpackhi_epi32(r[i], r[i + 1]);
  }
  for (int i = 0; i < 16; i += 4) {
    r[i] = _mm512_unpacklo_epi64(t[i], t[i + 2]);
    r[i + 1] = _mm512_unpackhi_epi64(t[i], t[i + 2]);
    r[i + 2] = _mm512_unpacklo_epi64(t[i + 1], t[i + 3]);
    r[i + 3] = _mm512_unpackhi_epi64(t[i + 1], t[i + 3]);
  }
  for (int half = 0; half < 16; half += 8)
    for (int i = 0; i < 4; ++i) {
      t[half + i] = _mm512_shuffle_i32x4(r[half + i], r[half + i + 4], 0x88);
      t[half + i + 4] = _mm512_shuffle_i32x4(r[half + i], r[half + i + 4], 0xdd);
    }
  for (int i = 0; i < 8; ++i) {
    r[i] = _mm512_shuffle_i32x4(t[i], t[i + 8], 0x88);
    r[i + 8] = _mm512_shuffle_i32x4(t[i], t[i + 8], 0xdd);
  }
}

// 32 outputs as tiles of the second factor, which hold pairs of inputs: pair, then output, then which of the pair.
GALLOP_TILE_TARGET void pack_outputs(const float* weight, std::int64_t stride, std::int64_t steps, std::uint16_t* packed) {
  for (std::int64_t step = 0; step < steps; ++step, packed += kPanel)
    for (int half = 0; half < 2; ++half) {
      __m512i parts[kParts][16];
      for (int output = 0; output < 16; ++output) {
        __m512i split_row[kParts];
        split(weight + (half * 16 + output) * stride + step * kStep, split_row);
        for (int part = 0; part < kParts; ++part) parts[part][output] = split_row[part];
      }
      for (int part = 0; part < kParts; ++part) {
        transpose(parts[part]);
        for (int pair = 0; pair < 16; ++pair) _mm512_store_si512(packed + part * 2 * kTile + half * kTile + pair * 32, parts[part][pair]);
      }
    }
}

// Fetched into the caches while a block of 32 rows and outputs is computed: the next rows' panel, a piece a step, and y itself.
struct Ahead {
  const std::uint16_t* panel;
  std::int64_t lines;  // a step
  const float* y;
  std::int64_t stride;
};

GALLOP_TILE_TARGET void multiply_panels(const std::uint16_t* x, const std::uint16_t* w, std::int64_t steps, float (&sums)[32 * 32],
                                        Ahead ahead) {
  const auto rows_of = [&](int part) { return x + 2 * part * kTile; };
  const auto outputs_of = [&](int part) { return w + 2 * part * kTile; };
  clear_sums();
  for (std::int64_t step = 0; step < steps; ++step, x += kPanel, w += kPanel) {
    load_rows(rows_of(2));
    load_outputs(outputs_of(0));
    multiply_tiles();
    load_rows(rows_of(1));
    multiply_tiles();
    for (std::int64_t line = 0; line < ahead.lines; ++line, ahead.panel += 32) _mm_prefetch(ahead.panel, _MM_HINT_T1);
    load_outputs(outputs_of(1));
    multiply_tiles();
    load_rows(rows_of(0));
    multiply_tiles();
    for (int row = 0; row < 2 && step < 16; ++row, ahead.y += ahead.stride) {
      _mm_prefetch(ahead.y, _MM_HINT_T0);
      _mm_prefetch(ahead.y + 16, _MM_HINT_T0);
    }
    load_outputs(outputs_of(2));
    multiply_tiles();
    load_outputs(outputs_of(0));
    multiply_tiles();
  }
  store_sums(sums, 32);
}

// Sums of some inputs go to y: added to what the inputs before gave, or to the bias.
struct Ending {
  bool first, last;
};
GALLOP_TILE_TARGET void finish(const float (&sums)[32 * 32], std::int64_t rows, const FloatProduct& p, std::int64_t row,
                               std::int64_t output, Ending ending) {
  for (std::int64_t i = 0; i < rows; ++i) {
    float* y = p.y + (row + i) * p.outputs + output;
    const float* start = ending.first ? (p.bias == nullptr ? nullptr : p.bias + output) : y;
    float values[32];
    for (int o = 0; o < 32; ++o) values[o] = sums[i * 32 + o] + (start == nullptr ? 0.0F : start[o]);
    if (ending.last && p.gelu) {
#pragma omp simd
      for (int o = 0; o < 32; ++o) values[o] = kernels::gelu_tanh_of(values[o]);
    }
    for (int o = 0; o < 32; ++o) y[o] = values[o];
  }
}

// A stretch of the inputs and the packed rows.
struct Stretch {
  std::int64_t input, steps;
  std::int64_t row, rows;
  const std::uint16_t* packed;
};
// Rows begin .. end - 1 of the stretch, outputs from `output` on as many as are done at once.
GALLOP_TILE_TARGET void multiply_block(const FloatProduct& p, const Stretch& s, std::int64_t begin, std::int64_t end, std::int64_t output,
                                       std::uint16_t* weights) {
  const auto panels = std::min(kOutputsAtOnce, p.outputs - output) / kStep, size = s.steps * kPanel;
  for (std::int64_t i = 0; i < panels; ++i)
    pack_outputs(p.weight + (output + i * kStep) * p.inputs + s.input, p.inputs, s.steps, weights + i * size);
  const Ending ending{s.input == 0, s.input + s.steps * kStep == p.inputs};
  const auto lines = (kPanel / 32 + panels - 1) / panels;
  _tile_loadconfig(&kTileConfig);
  for (auto row = begin; row < end; row += 32)
    for (std::int64_t i = 0; i < panels; ++i) {
      const auto* panel = s.packed + row / 32 * size;
      alignas(64) float sums[32 * 32];
      multiply_panels(panel, weights + i * size, s.steps, sums,
                      {panel + size + i * lines * s.steps * 32, lines, p.y + (s.row + row) * p.outputs + output + i * kStep, p.outputs});
      finish(sums, std::min<std::int64_t>(32, end - row), p, s.row + row, output + i * kStep, ending);
    }
  _tile_release();
}

}  // namespace

void multiply(const FloatProduct& product, int threads) {
  const auto& p = product;
  const auto rows_at_once = std::min(kRowsAtOnce, (p.rows + 31) / 32 * 32);
  const auto stretches = (p.inputs + kInputsAtOnce - 1) / kInputsAtOnce;
  const auto inputs = (p.inputs / kStep + stretches - 1) / stretches * kStep;
  const auto packed = scratch<std::uint16_t>(rows_at_once / 32 * (inputs / kStep) * kPanel, Pages::huge);
  const auto block = kOutputsAtOnce / kStep * (inputs / kStep) * kPanel;
  const auto weights = scratch<std::uint16_t>(threads * block, Pages::huge);
  // Few blocks for many threads: each is done by several, on rows of their own.
  const auto blocks = (p.outputs + kOutputsAtOnce - 1) / kOutputsAtOnce;
  const auto shares = std::clamp<std::int64_t>(blocks >= 2 * threads ? 1 : 2 * threads / blocks, 1, (rows_at_once + 255) / 256);
  const auto share = ((rows_at_once + shares - 1) / shares + 31) / 32 * 32;
#pragma omp parallel num_threads(threads)
  for (std::int64_t first = 0; first < p.rows; first += rows_at_once)
    for (std::int64_t input = 0; input < p.inputs; input += inputs) {
      const Stretch s{input, std::min(inputs, p.inputs - input) / kStep, first, std::min(rows_at_once, p.rows - first), packed.get()};
#pragma omp for schedule(static)
      for (std::int64_t row = 0; row < s.rows; row += 32)
        pack_rows(p.x + (first + row) * p.inputs + input, p.inputs, std::min<std::int64_t>(32, s.rows - row), s.steps,
                  packed.get() + row / 32 * s.steps * kPanel);
#pragma omp for schedule(dynamic, 1)
      for (std::int64_t task = 0; task < blocks * shares; ++task) {
        const auto begin = task % shares * share;
        if (begin < s.rows)
          multiply_block(p, s, begin, std::min(s.rows, begin + share), task / shares * kOutputsAtOnce,
                         weights.get() + omp_get_thread_num() * block);
      }
    }
}

#else

void multiply(const FloatProduct&, int) {}

#endif

}  // namespace gallop::nn::tiles
