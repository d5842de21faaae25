#include "models/correlation/pyramid.h"

#include <array>
#include <cmath>
#include <limits>

#include "base/check.h"
#include "models/correlation/volume_kernels.h"

namespace gallop::models::correlation {
namespace {

constexpr int kMaxSide = 16;  // of the patch of texels below one window

// Copies the (side x side) texels whose first corner is (x0, y0); zero outside the map.
void gather(const float* map, std::int64_t height, std::int64_t width, std::int64_t x0, std::int64_t y0, int side, float* patch) {
  const bool inside = x0 >= 0 && y0 >= 0 && x0 + side <= width && y0 + side <= height;
  for (int row = 0; row < side; ++row) {
    const auto y = y0 + row;
    float* out = patch + row * kMaxSide;
    if (inside) {
      std::copy_n(map + y * width + x0, side, out);
      continue;
    }
    const bool covered = y >= 0 && y < height;
    for (int column = 0; column < side; ++column) {
      const auto x = x0 + column;
      out[column] = covered && x >= 0 && x < width ? map[y * width + x] : 0.0F;
    }
  }
}

// One window around (x, y). All samples share the fraction, so the bilinear weights are computed once.
void sample_window(const float* map, std::int64_t height, std::int64_t width, float x, float y, int radius, float* out) {
  const int size = 2 * radius + 1;
  // A centre that is not a number must not become an index; one far outside sees only zeros.
  if (!std::isfinite(x) || !std::isfinite(y)) {
    std::fill_n(out, size * size, std::numeric_limits<float>::quiet_NaN());
    return;
  }
  const float left = std::floor(x), top = std::floor(y);
  if (std::abs(left) > 1e8F || std::abs(top) > 1e8F) {
    std::fill_n(out, size * size, 0.0F);
    return;
  }
  const float fx = x - left, fy = y - top;
  std::array<float, kMaxSide * kMaxSide> patch;
  gather(map, height, width, static_cast<std::int64_t>(left) - radius, static_cast<std::int64_t>(top) - radius, size + 1, patch.data());
  const float nw = (1 - fx) * (1 - fy), ne = fx * (1 - fy), sw = (1 - fx) * fy, se = fx * fy;
  for (int b = 0; b < size; ++b) {  // rows
    const float *upper = patch.data() + b * kMaxSide, *lower = upper + kMaxSide;
    for (int a = 0; a < size; ++a) out[a * size + b] = nw * upper[a] + ne * upper[a + 1] + sw * lower[a] + se * lower[a + 1];
  }
}

// Whether the kernels can read it.
bool fits(const at::Tensor& x) { return x.is_cpu() && x.scalar_type() == at::kFloat && x.is_contiguous(); }

// [N, H, W] -> [N, H / 2, W / 2]
at::Tensor halved(const at::Tensor& maps) {
  if (!fits(maps)) return at::avg_pool2d(maps.unsqueeze(1), {2, 2}, {2, 2}).squeeze(1);
  const auto count = maps.size(0), height = maps.size(1), width = maps.size(2);
  auto out = at::empty({count, height / 2, width / 2}, maps.options());
  kernels::halve(maps.const_data_ptr<float>(), count, height, width, out.mutable_data_ptr<float>(), at::get_num_threads());
  return out;
}

}  // namespace

Pyramid::Pyramid(const PyramidConfig& config, const at::Tensor& volume, std::int64_t height, std::int64_t width) : config_(config) {
  GALLOP_ASSERT(2 * config.radius + 2 <= kMaxSide);
  GALLOP_ASSERT((height >> (config.levels - 1)) > 1 && (width >> (config.levels - 1)) > 1);
  levels_.push_back(volume.view({-1, height, width}));
  for (int i = 1; i < config.levels; ++i) levels_.push_back(halved(levels_.back()));
}

at::Tensor Pyramid::lookup(const at::Tensor& centres) const {
  return centres.is_cpu() ? lookup_directly(centres) : lookup_by_sampler(centres);
}

at::Tensor Pyramid::lookup_by_sampler(const at::Tensor& centres) const {
  const auto height = centres.size(2), width = centres.size(3), side = 2 * static_cast<std::int64_t>(config_.radius) + 1;
  const auto steps = at::linspace(-config_.radius, config_.radius, side, centres.options());
  // x moves along the first axis of the window, y along the second: the transposed order.
  const auto offsets = at::stack({steps.view({side, 1}).expand({side, side}), steps.view({1, side}).expand({side, side})}, -1);
  const auto points = centres.permute({0, 2, 3, 1}).reshape({height * width, 1, 1, 2});
  std::vector<at::Tensor> looked_up;
  for (std::size_t l = 0; l < levels_.size(); ++l) {
    const auto& level = levels_[l];
    const auto sides = at::tensor({static_cast<double>(level.size(2) - 1), static_cast<double>(level.size(1) - 1)}, centres.options());
    const auto grid = (points / static_cast<double>(1 << l) + offsets) * 2.0 / sides - 1.0;
    constexpr int kBilinear = 0, kZeros = 0;
    looked_up.push_back(at::grid_sampler_2d(level.unsqueeze(1), grid, kBilinear, kZeros, true).view({1, height, width, side * side}));
  }
  return at::cat(looked_up, 3).permute({0, 3, 1, 2});
}

at::Tensor Pyramid::lookup_directly(const at::Tensor& centres) const {
  const auto height = centres.size(2), width = centres.size(3), cells = height * width, channels = config_.channels();
  const auto planes = centres.contiguous();
  const float *xs = planes.const_data_ptr<float>(), *ys = xs + cells;
  auto out = at::empty({1, height, width, channels}, centres.options());
  float* target = out.mutable_data_ptr<float>();
  at::parallel_for(0, cells, 64, [&](std::int64_t begin, std::int64_t end) {
    for (int l = 0; l < config_.levels; ++l) {
      const auto& level = levels_[static_cast<std::size_t>(l)];
      const auto rows = level.size(1), columns = level.size(2);
      const float shrink = 1.0F / static_cast<float>(1 << l);
      const float* map = level.const_data_ptr<float>();
      for (auto i = begin; i < end; ++i)
        sample_window(map + i * rows * columns, rows, columns, xs[i] * shrink, ys[i] * shrink, config_.radius,
                      target + i * channels + l * config_.window());
    }
  });
  return out.permute({0, 3, 1, 2});
}

at::Tensor correlate(const at::Tensor& f1, const at::Tensor& f2) {
  // The scale goes into the small factor instead of the large product.
  const auto scale = 1.0 / std::sqrt(static_cast<double>(f1.size(1)));
  return (f1.flatten(2).squeeze(0) * scale).t().matmul(f2.flatten(2).squeeze(0));
}

at::Tensor transposed(const at::Tensor& volume) {
  if (!fits(volume)) return volume.t().contiguous();
  auto out = at::empty({volume.size(1), volume.size(0)}, volume.options());
  kernels::transpose(volume.const_data_ptr<float>(), volume.size(0), volume.size(1), out.mutable_data_ptr<float>(), at::get_num_threads());
  return out;
}

at::Tensor pixel_grid(std::int64_t height, std::int64_t width, const at::TensorOptions& options) {
  const auto x = at::arange(width, options).view({1, 1, 1, width}).expand({1, 1, height, width});
  const auto y = at::arange(height, options).view({1, 1, height, 1}).expand({1, 1, height, width});
  return at::cat({x, y}, 1);
}

}  // namespace gallop::models::correlation
