#include "models/wan/rope.h"

#include "base/check.h"

namespace gallop::models::wan {
namespace {

// Angles of one axis, float64 [length, width / 2]: position * 10000^(-2j / width).
at::Tensor axis_angles(std::int64_t length, std::int64_t width) {
  const auto exponent = at::arange(0, width, 2, at::kDouble) / static_cast<double>(width);
  return at::arange(0, length, at::kDouble).unsqueeze(1) *
         at::pow(at::scalar_tensor(10000.0, at::kDouble), exponent).reciprocal().unsqueeze(0);
}

}  // namespace

RopeTables rope_tables(const WanConfig& config, std::int64_t frames, std::int64_t rows, std::int64_t columns, at::Device device) {
  for (const auto length : {frames, rows, columns})
    GALLOP_CHECK(length <= config.rope_max, InvalidArgument, "the video is too large: {} x {} x {} patches, at most {} along an axis",
                 frames, rows, columns, config.rope_max);
  const auto side = 2 * (config.head_dim / 6);
  const auto time = config.head_dim - 2 * side;
  const auto expand = [&](const at::Tensor& angles, int axis) {
    std::vector<std::int64_t> shape{1, 1, 1, angles.size(1)};
    shape[static_cast<std::size_t>(axis)] = angles.size(0);
    return angles.view(shape).expand({frames, rows, columns, angles.size(1)});
  };
  const auto angles =
      at::cat({expand(axis_angles(frames, time), 0), expand(axis_angles(rows, side), 1), expand(axis_angles(columns, side), 2)}, -1)
          .reshape({frames * rows * columns, config.head_dim / 2});
  return {angles.cos().to(device, at::kFloat).contiguous(), angles.sin().to(device, at::kFloat).contiguous()};
}

}  // namespace gallop::models::wan
