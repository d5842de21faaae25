// K4 and K5 over tensors: checks, batches, threads. The arithmetic is in pillow_kernel.cpp and opencv_kernel.cpp.
#include "base/check.h"
#include "tensor/opencv_kernel.h"
#include "tensor/pillow_kernel.h"
#include "tensor/resize.h"

namespace gallop::tensor {
namespace {

constexpr std::int64_t kLargestSide = 1 << 20;

struct ByteBatch {
  at::Tensor images;  // contiguous [N, H, W, C]
  at::Tensor result;  // [..., h, w, C]
  std::int64_t count = 0, height = 0, width = 0, channels = 0;

  ByteBatch(const at::Tensor& from, ImageSize size) {
    GALLOP_CHECK(from.dim() >= 3 && from.scalar_type() == at::kByte && from.device().is_cpu(), InvalidArgument,
                 "resize: {} tensor of {} dimensions; expected uint8 [..., H, W, C] on the CPU", c10::toString(from.scalar_type()),
                 from.dim());
    height = from.size(-3), width = from.size(-2), channels = from.size(-1);
    GALLOP_CHECK(
        from.numel() > 0 && std::max({height, width, size.height, size.width}) <= kLargestSide && std::min(size.height, size.width) > 0,
        InvalidArgument, "resize: {} x {} to {} x {} pixels; sides are 1 to {}", height, width, size.height, size.width, kLargestSide);
    images = from.contiguous();
    count = images.numel() / (height * width * channels);
    auto shape = from.sizes().vec();
    shape[shape.size() - 3] = size.height;
    shape[shape.size() - 2] = size.width;
    result = at::empty(shape, at::kByte);
  }
  const std::uint8_t* source(std::int64_t index) const { return images.const_data_ptr<std::uint8_t>() + index * height * width * channels; }
  std::uint8_t* target(std::int64_t index) const { return result.mutable_data_ptr<std::uint8_t>() + index * (result.numel() / count); }
};

// Rows [first, last) of all pictures together, in parallel; `work(picture, first, last)` gets pieces that stay in one
// picture.
template <class Work>
void for_rows(std::int64_t pictures, std::int64_t rows, std::int64_t grain, const Work& work) {
  at::parallel_for(0, pictures * rows, grain, [&](std::int64_t first, std::int64_t last) {
    while (first < last) {
      const auto picture = first / rows, row = first % rows, end = std::min(rows, row + last - first);
      work(picture, row, end);
      first += end - row;
    }
  });
}

constexpr std::int64_t kGrainBytes = 1 << 16;
std::int64_t grain_rows(std::int64_t row_bytes) { return std::max<std::int64_t>(1, kGrainBytes / row_bytes); }

// The two passes of K4 over [..., H, W, C].
at::Tensor pass_across(const at::Tensor& images, std::int64_t width, PillowFilter filter) {
  const ByteBatch batch(images, {images.size(-3), width});
  const auto taps = pillow_taps(batch.width, width, filter);
  for_rows(batch.count, batch.height, grain_rows(width * batch.channels), [&](std::int64_t picture, std::int64_t first, std::int64_t last) {
    pillow_across(batch.source(picture), batch.target(picture), batch.width, batch.channels, first, last, taps);
  });
  return batch.result;
}
at::Tensor pass_down(const at::Tensor& images, std::int64_t height, PillowFilter filter) {
  const ByteBatch batch(images, {height, images.size(-2)});
  const auto taps = pillow_taps(batch.height, height, filter);
  const auto row_bytes = batch.width * batch.channels;
  for_rows(batch.count, height, grain_rows(row_bytes), [&](std::int64_t picture, std::int64_t first, std::int64_t last) {
    pillow_down(batch.source(picture), batch.target(picture), row_bytes, first, last, taps);
  });
  return batch.result;
}

}  // namespace

at::Tensor resize_pillow(const at::Tensor& images, ImageSize size, PillowFilter filter) {
  const ByteBatch batch(images, size);
  GALLOP_CHECK(batch.channels == 1 || batch.channels == 3, InvalidArgument, "resize: {} channels; expected 1 or 3", batch.channels);
  const bool across = size.width != batch.width, down = size.height != batch.height;
  if (!across && !down) return images.clone();
  if (!across || !down) return across ? pass_across(batch.images, size.width, filter) : pass_down(batch.images, size.height, filter);
  // Pillow 13 goes down first when that pass drops more than twice as many rows as the other drops columns; the 8-bit
  // step between the passes makes the order visible. Earlier releases always go across first.
  const bool down_first = batch.height > size.height && batch.height - size.height > 2 * (batch.width - size.width);
  return down_first ? pass_across(pass_down(batch.images, size.height, filter), size.width, filter)
                    : pass_down(pass_across(batch.images, size.width, filter), size.height, filter);
}

at::Tensor resize_opencv(const at::Tensor& images, ImageSize size) {
  const ByteBatch batch(images, size);
  if (batch.height == size.height && batch.width == size.width) return images.clone();
  const OpencvPlan plan(batch.height, batch.width, size.height, size.width, batch.channels);
  for_rows(batch.count, size.height, grain_rows(size.width * batch.channels),
           [&](std::int64_t picture, std::int64_t first, std::int64_t last) {
             plan.rows(batch.source(picture), batch.target(picture), first, last);
           });
  return batch.result;
}

}  // namespace gallop::tensor
