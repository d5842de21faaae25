// Group norm and its kin on float32 pixels in channels-last CPU memory. No LibTorch here, so that this one file can be compiled for several
// instruction sets and chosen at run time.
#pragma once

#include <cstdint>

namespace gallop::nn::kernels {

constexpr std::int64_t kMostChannels = 512;

struct GroupNorm {
  float* x;  // [images, pixels, channels], overwritten
  std::int64_t images, pixels, channels, groups;
  const float *weight, *bias;  // [channels]
  double eps;
  bool rectified;  // negative results become zero
};

// channels at most kMostChannels and a multiple of groups. An image is one thread's work: the same bits whatever the number of threads.
void group_norm(const GroupNorm& norm, int threads);

// Mean and summed squared distances from it of rows [pixels, channels], for each channel. Distances from the first pixel are added, so that
// the mean of equal values is that value.
void block_moments(const float* rows, std::int64_t pixels, std::int64_t channels, float* mean, float* squares);

// out = max(x * scale + shift, least), a scale and a shift [channels] for each channel of pixels [pixels, channels]; rounded once where the
// processor multiplies and adds in one.
void scale_channels(const float* x, std::int64_t pixels, std::int64_t channels, const float* scale, const float* shift, float least,
                    float* out, int threads);

}  // namespace gallop::nn::kernels
