#include "models/amt/pixels.h"

#include <limits>

#include "models/amt/pixel_kernels.h"

namespace gallop::models::amt {
namespace {

// Whether the kernels can read it: the values of a pixel side by side, pixels at even distances.
bool fits(const at::Tensor& x) {
  return x.is_cpu() && x.scalar_type() == at::kFloat && x.dim() == 4 && x.size(0) == 1 && (x.size(1) == 1 || x.stride(1) == 1) &&
         x.stride(2) == x.size(3) * x.stride(3) && x.size(2) * x.stride(2) <= std::numeric_limits<std::int32_t>::max();
}
template <class... T>
bool fit(const T&... tensors) {
  return (fits(tensors) && ...);
}

kernels::Pixels pixels(const at::Tensor& x) { return {x.const_data_ptr<float>(), x.stride(3)}; }
kernels::Target target(const at::Tensor& x) { return {x.mutable_data_ptr<float>(), x.stride(3)}; }
std::int64_t count(const at::Tensor& x) { return x.size(2) * x.size(3); }

// Places of columns and rows between -1 and 1.
struct Places {
  explicit Places(const at::Tensor& flow)
      : columns(at::linspace(-1.0, 1.0, flow.size(3), flow.options())), rows(at::linspace(-1.0, 1.0, flow.size(2), flow.options())) {}
  kernels::Raster raster() const { return {rows.size(0), columns.size(0), columns.const_data_ptr<float>(), rows.const_data_ptr<float>()}; }
  at::Tensor columns, rows;
};

}  // namespace

Joined::Joined(std::int64_t channels, const at::Tensor& like)
    : whole(at::empty({1, channels, like.size(2), like.size(3)}, like.options(), at::MemoryFormat::ChannelsLast)) {}

at::Tensor Joined::next(std::int64_t channels) {
  filled += channels;
  return whole.slice(1, filled - channels, filled);
}

Joined& Joined::put(const at::Tensor& x) {
  const auto out = next(x.size(1));
  if (fit(out, x))
    kernels::copy(pixels(x), count(x), x.size(1), target(out), at::get_num_threads());
  else
    out.copy_(x);
  return *this;
}

void prelu_into(const at::Tensor& out, const at::Tensor& x, const at::Tensor& slope) {
  if (fit(out, x))
    kernels::prelu(pixels(x), slope.const_data_ptr<float>(), count(x), x.size(1), target(out), at::get_num_threads());
  else
    out.copy_(x.prelu(slope));
}

at::Tensor prelu_(at::Tensor x, const at::Tensor& slope) {
  prelu_into(x, x, slope);
  return x;
}

at::Tensor prelu_of_sum_(at::Tensor x, const at::Tensor& added, const at::Tensor& slope) {
  if (!fit(x, added)) return prelu_(x.add_(added), slope);
  kernels::prelu_of_sum(pixels(x), pixels(added), slope.const_data_ptr<float>(), count(x), x.size(1), target(x), at::get_num_threads());
  return x;
}

at::Tensor warp(const at::Tensor& image, const at::Tensor& flow) {
  const auto height = flow.size(2), width = flow.size(3), number = flow.size(0);
  const Places places(flow);
  const auto gx = flow.select(1, 0) / ((static_cast<double>(width) - 1.0) / 2.0) + places.columns.view({1, 1, width});
  const auto gy = flow.select(1, 1) / ((static_cast<double>(height) - 1.0) / 2.0) + places.rows.view({1, height, 1});
  const auto grid = at::stack({gx, gy}, 3).view({number, height, width, 2});
  constexpr int kBilinear = 0, kBorder = 1;
  return at::grid_sampler_2d(image, grid, kBilinear, kBorder, true);
}

void warp_into(const at::Tensor& out, const at::Tensor& image, const at::Tensor& flow) {
  if (!fit(out, image, flow)) {
    out.copy_(warp(image, flow));
    return;
  }
  const Places places(flow);
  kernels::warp({.raster = places.raster(), .image = pixels(image), .flow = pixels(flow), .channels = image.size(1), .out = target(out)},
                at::get_num_threads());
}

void blend_into(const at::Tensor& out, const std::array<at::Tensor, 2>& images, const at::Tensor& flows, const Hypothesis& hypothesis,
                const at::Tensor& mean) {
  const auto& [more_first, more_second] = hypothesis.residual_flows;
  if (!fit(out, images[0], images[1], flows, more_first, more_second, hypothesis.mask, hypothesis.residual)) {
    const auto mask = hypothesis.mask.sigmoid();
    const auto first = warp(images[0], flows.slice(1, 0, 2) + more_first), second = warp(images[1], flows.slice(1, 2) + more_second);
    out.copy_(first * mask + (1 - mask) * second + mean + hypothesis.residual);
    return;
  }
  const Places places(flows);
  kernels::blend({.raster = places.raster(),
                  .first = pixels(images[0]),
                  .second = pixels(images[1]),
                  .flows = pixels(flows),
                  .more_first = pixels(more_first),
                  .more_second = pixels(more_second),
                  .mask = pixels(hypothesis.mask),
                  .residual = pixels(hypothesis.residual),
                  .mean = mean.item<float>(),
                  .out = target(out)},
                 at::get_num_threads());
}

}  // namespace gallop::models::amt
