#include "nn/layers.h"

namespace gallop::nn {

Linear Linear::load(const Params& params, std::int64_t in, std::int64_t out, bool with_bias) {
  return {params("weight", {out, in}), with_bias ? params("bias", {out}) : at::Tensor()};
}

LayerNorm LayerNorm::load(const Params& params, std::int64_t width, double eps) {
  return {params("weight", {width}), params("bias", {width}), eps};
}

Conv2d Conv2d::load(const Params& params, std::int64_t in, std::int64_t out, const Options& options) {
  const auto weight = params("weight", {out, in, options.kernel[0], options.kernel[1]});
  return of(weight, options.bias ? params("bias", {out}) : at::Tensor(), options.stride, options.padding);
}

Conv2d Conv2d::of(const at::Tensor& weight, const at::Tensor& bias, std::int64_t stride, std::array<std::int64_t, 2> padding) {
  return {weight.contiguous(at::MemoryFormat::ChannelsLast), bias, stride, padding};
}

at::Tensor pad_to_multiple(const at::Tensor& images, std::int64_t multiple) {
  const auto missing = [&](std::int64_t side) { return (multiple - side % multiple) % multiple; };
  const auto rows = missing(images.size(2)), columns = missing(images.size(3));
  if (rows == 0 && columns == 0) return images;
  return at::replication_pad2d(images, {columns / 2, columns - columns / 2, rows / 2, rows - rows / 2});
}

}  // namespace gallop::nn
