// All-pairs correlation of two feature maps and its lookup around moving centres, shared by RAFT and AMT (Teed and Deng
// 2020; vbench.md 5.5, 5.6).
#pragma once

#include <vector>

#include "tensor/aten.h"

namespace gallop::models::correlation {

struct PyramidConfig {
  int levels = 4;
  int radius = 4;  // windows of (2 radius + 1)^2 samples
  std::int64_t window() const { return (2 * radius + 1) * (2 * radius + 1); }
  std::int64_t channels() const { return levels * window(); }
};

class Pyramid {
 public:
  // `volume` float32 [h * w, h2 * w2] holds the correlation of each query position with every position of the other map;
  // h2 and w2 at least 2^levels, so that no level has a side of one, for which the reference's coordinates are undefined.
  Pyramid(const PyramidConfig& config, const at::Tensor& volume, std::int64_t height, std::int64_t width);

  // `centres` float32 [1, 2, h, w], x then y in cells of the finest level -> [1, channels, h, w] in channels_last memory.
  // Channel 9 a + b of a level (radius 4) samples x + a - radius, y + b - radius: the window is transposed against the
  // raster, as the weights were trained (vbench.md 16.1, quirk 22). Outside the map is zero.
  at::Tensor lookup(const at::Tensor& centres) const;
  // The same by the library's sampler, for devices without a kernel here.
  at::Tensor lookup_by_sampler(const at::Tensor& centres) const;

 private:
  at::Tensor lookup_directly(const at::Tensor& centres) const;

  PyramidConfig config_;
  std::vector<at::Tensor> levels_;  // [h * w, h2 / 2^l, w2 / 2^l]
};

// f1, f2 [1, C, h, w] -> <f1_i, f2_j> / sqrt(C) as [h * w, h * w].
at::Tensor correlate(const at::Tensor& f1, const at::Tensor& f2);
// A volume seen from the other map.
at::Tensor transposed(const at::Tensor& volume);
// (0..width-1, 0..height-1) as float32 [1, 2, height, width].
at::Tensor pixel_grid(std::int64_t height, std::int64_t width, const at::TensorOptions& options);

}  // namespace gallop::models::correlation
