#include "models/amt/pixel_kernels.h"

#include <algorithm>
#include <cstring>

#include "nn/fast_exp.h"
#include "nn/kernel_clones.h"

namespace gallop::models::amt::kernels {
namespace {

constexpr std::int64_t kAtOnce = 1024;  // pixels a thread takes
constexpr std::int64_t kRun = 64;       // pixels of a row whose places are computed together

// Calls f(first pixel, count) for spans of all pixels.
template <class F>
void each_span(std::int64_t pixels, int threads, const F& f) {
#pragma omp parallel for schedule(static) num_threads(threads)
  for (std::int64_t first = 0; first < pixels; first += kAtOnce) f(first, std::min(kAtOnce, pixels - first));
}

template <class P>
P from(P x, std::int64_t pixel) {
  return {x.data + pixel * x.stride, x.stride};
}

GALLOP_CLONES void prelu_span(Pixels x, const float* slope, std::int64_t pixels, std::int64_t channels, Target out) {
  for (std::int64_t pixel = 0; pixel < pixels; ++pixel, x.data += x.stride, out.data += out.stride) {
#pragma omp simd
    for (std::int64_t c = 0; c < channels; ++c) out.data[c] = x.data[c] * (x.data[c] < 0.0F ? slope[c] : 1.0F);
  }
}

GALLOP_CLONES void prelu_of_sum_span(Pixels x, Pixels added, const float* slope, std::int64_t pixels, std::int64_t channels, Target out) {
  for (std::int64_t pixel = 0; pixel < pixels; ++pixel, x.data += x.stride, added.data += added.stride, out.data += out.stride) {
#pragma omp simd
    for (std::int64_t c = 0; c < channels; ++c) {
      const float sum = x.data[c] + added.data[c];
      out.data[c] = sum * (sum < 0.0F ? slope[c] : 1.0F);
    }
  }
}

// The four pixels around each place of a run, and their weights.
struct Taps {
  std::int32_t nw[kRun], ne[kRun], sw[kRun], se[kRun];  // pixels
  float weight_nw[kRun], weight_ne[kRun], weight_sw[kRun], weight_se[kRun];
};

struct Run {
  std::int64_t y, first, count;
};

// `x`, `y` [kRun]: the flow. The steps and their order are those of the library's sampler.
GALLOP_INLINE void find_taps(const Raster& raster, const Run& run, const float* x, const float* y, Taps& taps) {
  const auto right = static_cast<float>(raster.width - 1), bottom = static_cast<float>(raster.height - 1);
  const float half_width = right / 2.0F, half_height = bottom / 2.0F, row = raster.rows[run.y];
  const float* columns = raster.columns + run.first;
  const auto width = static_cast<std::int32_t>(raster.width), last_column = width - 1;
  const auto last_row = static_cast<std::int32_t>(raster.height - 1);
#pragma omp simd
  for (std::int64_t i = 0; i < run.count; ++i) {
    float px = (x[i] / half_width + columns[i] + 1.0F) * half_width, py = (y[i] / half_height + row + 1.0F) * half_height;
    px = px > 0.0F ? px : 0.0F;
    py = py > 0.0F ? py : 0.0F;
    px = px < right ? px : right;
    py = py < bottom ? py : bottom;
    const auto left = static_cast<std::int32_t>(px), top = static_cast<std::int32_t>(py);
    const float east = px - static_cast<float>(left), south = py - static_cast<float>(top), west = 1.0F - east, north = 1.0F - south;
    const auto next = left < last_column ? 1 : 0, below = top < last_row ? width : 0;
    taps.nw[i] = top * width + left;
    taps.ne[i] = taps.nw[i] + next;
    taps.sw[i] = taps.nw[i] + below;
    taps.se[i] = taps.sw[i] + next;
    taps.weight_nw[i] = north * west;
    taps.weight_ne[i] = north * east;
    taps.weight_sw[i] = south * west;
    taps.weight_se[i] = south * east;
  }
}

GALLOP_CLONES void warp_row(const Warp& w, std::int64_t y) {
  float flow_x[kRun], flow_y[kRun];
  Taps taps;
  for (std::int64_t first = 0; first < w.raster.width; first += kRun) {
    const Run run{y, first, std::min(kRun, w.raster.width - first)};
    const auto start = y * w.raster.width + first;
    for (std::int64_t i = 0; i < run.count; ++i) {
      const float* flow = w.flow.data + (start + i) * w.flow.stride;
      flow_x[i] = flow[0];
      flow_y[i] = flow[1];
    }
    find_taps(w.raster, run, flow_x, flow_y, taps);
    for (std::int64_t i = 0; i < run.count; ++i) {
      const float *nw = w.image.data + taps.nw[i] * w.image.stride, *ne = w.image.data + taps.ne[i] * w.image.stride;
      const float *sw = w.image.data + taps.sw[i] * w.image.stride, *se = w.image.data + taps.se[i] * w.image.stride;
      const float a = taps.weight_nw[i], b = taps.weight_ne[i], c = taps.weight_sw[i], d = taps.weight_se[i];
      float* out = w.out.data + (start + i) * w.out.stride;
#pragma omp simd
      for (std::int64_t channel = 0; channel < w.channels; ++channel)
        out[channel] = nw[channel] * a + ne[channel] * b + sw[channel] * c + se[channel] * d;
    }
  }
}

// One channel of an image at the places of a run.
GALLOP_INLINE void sample(Pixels image, std::int64_t channel, const Taps& taps, std::int64_t count, float* out) {
  const float* data = image.data + channel;
  const auto stride = static_cast<std::int32_t>(image.stride);
#pragma omp simd
  for (std::int64_t i = 0; i < count; ++i)
    out[i] = data[taps.nw[i] * stride] * taps.weight_nw[i] + data[taps.ne[i] * stride] * taps.weight_ne[i] +
             data[taps.sw[i] * stride] * taps.weight_sw[i] + data[taps.se[i] * stride] * taps.weight_se[i];
}

GALLOP_CLONES void blend_row(const Blend& b, std::int64_t y) {
  float flow_x[kRun], flow_y[kRun], mask[kRun], first_seen[kRun], second_seen[kRun];
  Taps first_taps, second_taps;
  for (std::int64_t first = 0; first < b.raster.width; first += kRun) {
    const Run run{y, first, std::min(kRun, b.raster.width - first)};
    const auto start = y * b.raster.width + first;
    const auto find = [&](std::int64_t offset, Pixels more, Taps& taps) {
      const auto *flows = b.flows.data + start * b.flows.stride + offset, *residual = more.data + start * more.stride;
      for (std::int64_t i = 0; i < run.count; ++i) {
        flow_x[i] = flows[i * b.flows.stride] + residual[i * more.stride];
        flow_y[i] = flows[i * b.flows.stride + 1] + residual[i * more.stride + 1];
      }
      find_taps(b.raster, run, flow_x, flow_y, taps);
    };
    find(0, b.more_first, first_taps);
    find(2, b.more_second, second_taps);
    const float* logit = b.mask.data + start * b.mask.stride;
#pragma omp simd
    for (std::int64_t i = 0; i < run.count; ++i) mask[i] = nn::kernels::logistic_part(1.0F, logit[i * b.mask.stride]);
    for (std::int64_t channel = 0; channel < 3; ++channel) {
      sample(b.first, channel, first_taps, run.count, first_seen);
      sample(b.second, channel, second_taps, run.count, second_seen);
      const float* residual = b.residual.data + start * b.residual.stride + channel;
      float* out = b.out.data + start * b.out.stride + channel;
#pragma omp simd
      for (std::int64_t i = 0; i < run.count; ++i)
        out[i * b.out.stride] = first_seen[i] * mask[i] + (1.0F - mask[i]) * second_seen[i] + b.mean + residual[i * b.residual.stride];
    }
  }
}

}  // namespace

void copy(Pixels x, std::int64_t pixels, std::int64_t channels, Target out, int threads) {
  const auto bytes = static_cast<std::size_t>(channels) * sizeof(float);
  each_span(pixels, threads, [&](std::int64_t first, std::int64_t count) {
    for (auto pixel = first; pixel < first + count; ++pixel) std::memcpy(out.data + pixel * out.stride, x.data + pixel * x.stride, bytes);
  });
}

void prelu(Pixels x, const float* slope, std::int64_t pixels, std::int64_t channels, Target out, int threads) {
  each_span(pixels, threads,
            [&](std::int64_t first, std::int64_t count) { prelu_span(from(x, first), slope, count, channels, from(out, first)); });
}

void prelu_of_sum(Pixels x, Pixels added, const float* slope, std::int64_t pixels, std::int64_t channels, Target out, int threads) {
  each_span(pixels, threads, [&](std::int64_t first, std::int64_t count) {
    prelu_of_sum_span(from(x, first), from(added, first), slope, count, channels, from(out, first));
  });
}

void warp(const Warp& warp, int threads) {
#pragma omp parallel for schedule(static) num_threads(threads)
  for (std::int64_t y = 0; y < warp.raster.height; ++y) warp_row(warp, y);
}

void blend(const Blend& blend, int threads) {
#pragma omp parallel for schedule(static) num_threads(threads)
  for (std::int64_t y = 0; y < blend.raster.height; ++y) blend_row(blend, y);
}

}  // namespace gallop::models::amt::kernels
