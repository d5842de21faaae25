#include "nn/instance_norm.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include "nn/group_kernels.h"
#include "nn/layers.h"

// The library's own normalisation adds the pixels of a channels_last picture one after the other in float32; over a large map the mean and
// variance are then off by 1e-4. Here blocks of pixels are added in float32 while they are in the cache, and their sums in double
// precision.
namespace gallop::nn {
namespace {

constexpr std::int64_t kBlock = 256;  // pixels; fixed, so that the result does not depend on the number of threads

struct Moments {
  std::vector<double> mean, squares;  // of a channel; squares: summed squared distances from the mean
};

// All blocks' moments as one (Chan, Golub and LeVeque 1979), in the order of the blocks.
Moments joined(const std::vector<float>& means, const std::vector<float>& squares, std::int64_t pixels, std::int64_t channels) {
  const auto width = static_cast<std::size_t>(channels);
  Moments all{std::vector<double>(width, 0.0), std::vector<double>(width, 0.0)};
  double before = 0.0;
  for (std::size_t block = 0; block * width < means.size(); ++block) {
    const auto count = static_cast<double>(std::min(kBlock, pixels - static_cast<std::int64_t>(block) * kBlock)), total = before + count;
    for (std::size_t c = 0; c < width; ++c) {
      const double apart = static_cast<double>(means[block * width + c]) - all.mean[c];
      all.mean[c] += apart * count / total;
      all.squares[c] += static_cast<double>(squares[block * width + c]) + apart * apart * before * count / total;
    }
    before = total;
  }
  return all;
}

// rows [pixels, channels], each channel normalised. Scaled first and then shifted, as the library does: what that makes of equal values, a
// rounding of the last bit, is what later layers of the reference amplify in a black picture.
void normalise(float* rows, std::int64_t pixels, std::int64_t channels, double eps, float least) {
  const auto width = static_cast<std::size_t>(channels);
  const auto blocks = (pixels + kBlock - 1) / kBlock;
  std::vector<float> means(static_cast<std::size_t>(blocks) * width), squares(means.size());
  at::parallel_for(0, blocks, 8, [&](std::int64_t first, std::int64_t last) {
    for (auto block = first; block < last; ++block)
      kernels::block_moments(rows + block * kBlock * channels, std::min(kBlock, pixels - block * kBlock), channels,
                             &means[block * channels], &squares[block * channels]);
  });
  const auto all = joined(means, squares, pixels, channels);
  std::vector<float> scale(width), shift(width);
  for (std::size_t c = 0; c < width; ++c) {
    scale[c] = static_cast<float>(1.0 / std::sqrt(all.squares[c] / static_cast<double>(pixels) + eps));
    shift[c] = -static_cast<float>(all.mean[c]) * scale[c];
  }
  kernels::scale_channels(rows, pixels, channels, scale.data(), shift.data(), least, rows, at::get_num_threads());
}

// One image at a time makes the result independent of the batch.
at::Tensor normalise(at::Tensor x, double eps, bool rectified) {
  const auto pixels = x.size(2) * x.size(3), channels = x.size(1);
  if (x.is_cpu() && x.scalar_type() == at::kFloat && pixels > 0 && x.is_contiguous(at::MemoryFormat::ChannelsLast)) {
    const float least = rectified ? 0.0F : -std::numeric_limits<float>::infinity();
    for (std::int64_t image = 0; image < x.size(0); ++image)
      normalise(x.mutable_data_ptr<float>() + image * pixels * channels, pixels, channels, eps, least);
    return x;
  }
  std::vector<at::Tensor> parts;
  for (const auto& image : x.split(1)) parts.push_back(at::batch_norm(image, {}, {}, {}, {}, true, 0.0, eps, false));
  x = parts.size() == 1 ? parts.front() : at::cat(parts);
  return rectified ? x.relu_() : x;
}

}  // namespace

at::Tensor instance_norm_(at::Tensor x, double eps) { return normalise(std::move(x), eps, false); }
at::Tensor instance_norm_relu_(at::Tensor x, double eps) { return normalise(std::move(x), eps, true); }

}  // namespace gallop::nn
