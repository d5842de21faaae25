// What AMT does to pixels between its convolutions, one pass each, on float32 in channels-last CPU memory. No LibTorch here, so that this
// one file can be compiled for several instruction sets and chosen at run time. A pixel's result does not depend on `threads`.
#pragma once

#include <cstdint>

namespace gallop::models::amt::kernels {

// The values of a pixel lie side by side, those of the next one `stride` further.
struct Pixels {
  const float* data;
  std::int64_t stride;
};
struct Target {
  float* data;
  std::int64_t stride;
};

void copy(Pixels x, std::int64_t pixels, std::int64_t channels, Target out, int threads);
// Where x is negative, times the slope of its channel. `out` may be x.
void prelu(Pixels x, const float* slope, std::int64_t pixels, std::int64_t channels, Target out, int threads);
// The same of x + added.
void prelu_of_sum(Pixels x, Pixels added, const float* slope, std::int64_t pixels, std::int64_t channels, Target out, int threads);

// Places of an image's columns and rows between -1 and 1. Images have less than 2^31 values.
struct Raster {
  std::int64_t height, width;
  const float *columns, *rows;  // [width], [height]
};

// out = image at pixel + flow, bilinear, border repeated; what is not a number reads the first column or row.
struct Warp {
  Raster raster;
  Pixels image, flow;  // of `channels` values; of two, x before y
  std::int64_t channels;
  Target out;
};
void warp(const Warp& warp, int threads);

// One hypothesis of the middle frame, RGB: mask * first warped + (1 - mask) * second warped + mean + residual.
struct Blend {
  Raster raster;
  Pixels first, second;            // images, without the mean
  Pixels flows;                    // four values: towards the first, towards the second
  Pixels more_first, more_second;  // of two values, added to them
  Pixels mask, residual;           // one value before the logistic function; three
  float mean;
  Target out;  // three
};
void blend(const Blend& blend, int threads);

}  // namespace gallop::models::amt::kernels
