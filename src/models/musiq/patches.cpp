#include "models/musiq/patches.h"

#include <cmath>

namespace gallop::models::musiq {
namespace {

constexpr std::int64_t kPatch = 32, kGrid = 10;

// Zero padding to whole patches, the smaller half before; then [patches, 3, 32, 32] in raster order.
at::Tensor cut(const at::Tensor& image, std::int64_t rows, std::int64_t columns) {
  const auto more_rows = rows * kPatch - image.size(2), more_columns = columns * kPatch - image.size(3);
  const auto padded = at::pad(image, {more_columns / 2, more_columns - more_columns / 2, more_rows / 2, more_rows - more_rows / 2});
  return padded.view({3, rows, kPatch, columns, kPatch}).permute({1, 3, 0, 2, 4}).reshape({rows * columns, 3, kPatch, kPatch});
}

at::Tensor shrink(const at::Tensor& image, std::int64_t longer) {
  const auto height = static_cast<double>(image.size(2)), width = static_cast<double>(image.size(3));
  const double ratio = static_cast<double>(longer) / std::max(height, width);
  const auto rounded = [&](double side) { return static_cast<std::int64_t>(std::nearbyint(side * ratio)); };  // half to even
  return at::upsample_bicubic2d(image, {rounded(height), rounded(width)}, false);
}

}  // namespace

Patches multiscale_patches(const at::Tensor& image) {
  std::vector<at::Tensor> pixels, positions, scales;
  for (std::int64_t scale = 0; scale < 3; ++scale) {
    const auto scaled = scale == 2 ? image : shrink(image, scale == 0 ? 224 : 384);
    const auto rows = (scaled.size(2) + kPatch - 1) / kPatch, columns = (scaled.size(3) + kPatch - 1) / kPatch;
    // The two shrunk scales hold at most 49 and 144 tokens; more cannot arise from their longer side.
    pixels.push_back(cut(scaled.contiguous(), rows, columns));
    const auto cells = [&](std::int64_t count) { return at::arange(count, at::kLong).mul_(kGrid).floor_divide_(count); };
    positions.push_back((cells(rows).mul_(kGrid).view({-1, 1}) + cells(columns)).reshape({-1}));
    scales.push_back(at::full({rows * columns}, scale, at::kLong));
  }
  return {at::cat(pixels), at::cat(positions), at::cat(scales)};
}

}  // namespace gallop::models::musiq
