#include "nn/tile_attention.h"

#include <limits>

#include "nn/tile_kernels.h"
#include "nn/tile_product.h"

namespace gallop::nn::tiles {

#ifdef GALLOP_TILES

namespace {

// Blocks of keys and values stay in the second cache while so many queries pass.
constexpr std::int64_t kKeysAtOnce = 512, kQueriesAtOnce = 128;
constexpr float kLog2E = 1.44269504088896341F;

std::int64_t padded(std::int64_t count) { return (count + kStep - 1) / kStep * kStep; }

// Keys as second factor of q k^T: 32 keys and 32 of their values a panel; keys beyond `rows` are zero.
GALLOP_TILE_TARGET void pack_keys(const float* k, std::int64_t stride, std::int64_t rows, std::int64_t width, std::uint16_t* packed) {
  for (std::int64_t row = 0; row < padded(rows); ++row) {
    auto* out = packed + row / 32 * (width / kStep) * kPanel + row % 32 / 16 * kTile + row % 16 * 2;
    for (std::int64_t i = 0; i < width; i += 16) {
      __m256i halves[2] = {_mm256_setzero_si256(), _mm256_setzero_si256()};
      if (row < rows) split(_mm512_loadu_ps(k + row * stride + i), halves[0], halves[1]);
      alignas(32) std::uint32_t pairs[2][8];
      _mm256_store_si256(reinterpret_cast<__m256i*>(pairs[0]), halves[0]);
      _mm256_store_si256(reinterpret_cast<__m256i*>(pairs[1]), halves[1]);
      for (int half = 0; half < 2; ++half)
        for (std::int64_t pair = 0; pair < 8; ++pair)
          __builtin_memcpy(out + i / 32 * kPanel + half * 2 * kTile + (i % 32 / 2 + pair) * 32, &pairs[half][pair], sizeof(std::uint32_t));
    }
  }
}

GALLOP_TILE_TARGET inline __m512i interleave(__m256i even, __m256i odd) {
  return _mm512_or_si512(_mm512_cvtepu16_epi32(even), _mm512_slli_epi32(_mm512_cvtepu16_epi32(odd), 16));
}

// Values as second factor of p v: for every 32 of their columns panels of 32 rows in turn; rows beyond `rows` are zero.
GALLOP_TILE_TARGET void pack_values(const float* v, std::int64_t stride, std::int64_t rows, std::int64_t width, std::uint16_t* packed) {
  const auto steps = padded(rows) / kStep;
  for (std::int64_t row = 0; row < padded(rows); row += 2)
    for (std::int64_t i = 0; i < width; i += 16) {
      __m256i high[2] = {_mm256_setzero_si256(), _mm256_setzero_si256()}, low[2] = {high[0], high[0]};
      for (int odd = 0; odd < 2; ++odd)
        if (row + odd < rows) split(_mm512_loadu_ps(v + (row + odd) * stride + i), high[odd], low[odd]);
      auto* out = packed + (i / 32 * steps + row / 32) * kPanel + i % 32 / 16 * kTile + row % 32 / 2 * 32;
      _mm512_storeu_si512(out, interleave(high[0], high[1]));
      _mm512_storeu_si512(out + 2 * kTile, interleave(low[0], low[1]));
    }
}

// 2^t for t <= 0, relative error below 3e-7; nothing smaller than 2^-126.
GALLOP_TILE_TARGET inline __m512 power_of_two(__m512 t) {
  t = _mm512_max_ps(_mm512_set1_ps(-126.0F), t);  // in this order a NaN stays one
  const __m512 whole = _mm512_roundscale_ps(t, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC), part = _mm512_sub_ps(t, whole);
  __m512 sum = _mm512_set1_ps(1.3276472e-3F);
  for (const float c : {9.6755417e-3F, 5.5507133e-2F, 0.24022120F, 0.69314697F, 1.0F}) sum = _mm512_fmadd_ps(sum, part, _mm512_set1_ps(c));
  return _mm512_scalef_ps(sum, whole);
}

// What is known of 32 queries after some of the keys.
struct Rows {
  float* sums;  // [32, width], not yet divided
  float largest[32], mass[32];
};

// Scores [32, padded keys] to the panels of their exponentials; older sums shrink to the new largest score.
GALLOP_TILE_TARGET void exponentiate(const float* scores, std::int64_t keys, std::int64_t width, float factor, Rows& rows,
                                     std::uint16_t* packed) {
  const auto wide = padded(keys);
  for (std::int64_t row = 0; row < 32; ++row) {
    const float* s = scores + row * wide;
    const auto mask = [&](std::int64_t i) {
      return static_cast<__mmask16>(keys - i >= 16 ? 0xFFFF : keys > i ? (1 << (keys - i)) - 1 : 0);
    };
    __m512 largest = _mm512_set1_ps(rows.largest[row]);
    for (std::int64_t i = 0; i < keys; i += 16) largest = _mm512_mask_max_ps(largest, mask(i), largest, _mm512_loadu_ps(s + i));
    const float top = _mm512_reduce_max_ps(largest);
    const __m512 scale = _mm512_set1_ps(factor), shift = _mm512_set1_ps(top * factor);
    __m512 mass = _mm512_setzero_ps();
    auto* out = packed + row / 16 * kTile + row % 16 * 32;
    for (std::int64_t i = 0; i < wide; i += 16) {
      const __m512 p = _mm512_maskz_mov_ps(mask(i), power_of_two(_mm512_fmsub_ps(_mm512_loadu_ps(s + i), scale, shift)));
      mass = _mm512_add_ps(mass, p);
      __m256i high, low;
      split(p, high, low);
      auto* place = out + i / 32 * kPanel + i % 32;
      _mm256_storeu_si256(reinterpret_cast<__m256i*>(place), high);
      _mm256_storeu_si256(reinterpret_cast<__m256i*>(place + 2 * kTile), low);
    }
    const __m512 shrink = power_of_two(_mm512_set1_ps((rows.largest[row] - top) * factor));
    for (std::int64_t i = 0; i < width; i += 16) {
      float* sum = rows.sums + row * width + i;
      _mm512_storeu_ps(sum, _mm512_mul_ps(_mm512_loadu_ps(sum), shrink));
    }
    rows.mass[row] = rows.mass[row] * _mm512_cvtss_f32(shrink) + _mm512_reduce_add_ps(mass);
    rows.largest[row] = top;
  }
}

// The memory of one thread.
struct Workplace {
  explicit Workplace(const Attention& a)
      : keys(scratch<std::uint16_t>(padded(a.keys) * a.width * 2)),
        values(scratch<std::uint16_t>(padded(a.keys) * (a.width * 2))),
        queries(scratch<std::uint16_t>(kQueriesAtOnce * a.width * 2)),
        weights(scratch<std::uint16_t>(kStep * kKeysAtOnce * 2)),
        scores(scratch<float>(kStep * kKeysAtOnce)),
        sums(scratch<float>(kQueriesAtOnce * a.width)) {}
  Scratch<std::uint16_t> keys, values, queries, weights;
  Scratch<float> scores, sums;
};

// Up to kQueriesAtOnce queries of one head over all of its packed keys and values, kKeysAtOnce at a time.
GALLOP_TILE_TARGET void attend_rows(const Attention& a, const float* q, std::int64_t count, float* y, Workplace& place) {
  const auto steps = a.width / kStep, panel = steps * kPanel;
  Rows rows[kQueriesAtOnce / 32];
  std::fill_n(place.sums.get(), kQueriesAtOnce * a.width, 0.0F);
  for (std::int64_t r = 0; r * 32 < count; ++r) {
    rows[r].sums = place.sums.get() + r * 32 * a.width;
    std::fill_n(rows[r].largest, 32, -std::numeric_limits<float>::infinity());
    std::fill_n(rows[r].mass, 32, 0.0F);
    pack_rows(q + r * 32 * a.q.strides[2], a.q.strides[2], std::min<std::int64_t>(32, count - r * 32), a.width,
              place.queries.get() + r * panel);
  }
  for (std::int64_t first = 0; first < a.keys; first += kKeysAtOnce) {
    const auto keys = std::min(kKeysAtOnce, a.keys - first), wide = padded(keys);
    for (std::int64_t r = 0; r * 32 < count; ++r) {
      for (std::int64_t key = 0; key < wide; key += 32)
        multiply_panels<true>(place.queries.get() + r * panel, place.keys.get() + (first + key) / 32 * panel, steps,
                              place.scores.get() + key, wide);
      exponentiate(place.scores.get(), keys, a.width, a.scale * kLog2E, rows[r], place.weights.get());
      for (std::int64_t i = 0; i < a.width; i += 32)
        multiply_panels(place.weights.get(), place.values.get() + (i / 32 * (padded(a.keys) / kStep) + first / kStep) * kPanel,
                        wide / kStep, rows[r].sums + i, a.width);
    }
  }
  for (std::int64_t row = 0; row < count; ++row)
    for (std::int64_t i = 0; i < a.width; ++i)
      y[row * a.heads * a.width + i] = rows[row / 32].sums[row % 32 * a.width + i] / rows[row / 32].mass[row % 32];
}

GALLOP_TILE_TARGET void attend_head(const Attention& a, std::int64_t batch, std::int64_t head, Workplace& place) {
  const auto of = [&](const Attention::Operand& x) { return x.data + batch * x.strides[0] + head * x.strides[1]; };
  pack_keys(of(a.k), a.k.strides[2], a.keys, a.width, place.keys.get());
  pack_values(of(a.v), a.v.strides[2], a.keys, a.width, place.values.get());
  _tile_loadconfig(&kTileConfig);
  for (std::int64_t first = 0; first < a.queries; first += kQueriesAtOnce)
    attend_rows(a, of(a.q) + first * a.q.strides[2], std::min(kQueriesAtOnce, a.queries - first),
                a.y + ((batch * a.queries + first) * a.heads + head) * a.width, place);
  _tile_release();
}

}  // namespace

void attend(const Attention& attention, int threads) {
#pragma omp parallel num_threads(threads)
  {
    Workplace place(attention);
#pragma omp for schedule(dynamic, 1)
    for (std::int64_t i = 0; i < attention.batch * attention.heads; ++i)
      attend_head(attention, i / attention.heads, i % attention.heads, place);
  }
}

#else

void attend(const Attention&, int) {}

#endif

}  // namespace gallop::nn::tiles
