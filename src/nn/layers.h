// The smallest layers: plain structs of tensors, callable on tensors.
#pragma once

#include <array>

#include "nn/params.h"

namespace gallop::nn {

// y = x W^T + b over the last axis. weight [out, in], bias [out] or undefined.
struct Linear {
  at::Tensor weight, bias;
  static Linear load(const Params& params, std::int64_t in, std::int64_t out, bool with_bias = true);
  at::Tensor operator()(const at::Tensor& x) const { return at::linear(x, weight, bias); }
};

// Over the last axis, biased variance.
struct LayerNorm {
  at::Tensor weight, bias;
  double eps = 1e-5;
  static LayerNorm load(const Params& params, std::int64_t width, double eps);
  at::Tensor operator()(const at::Tensor& x) const { return at::layer_norm(x, weight.sizes(), weight, bias, eps); }
};

// weight [out, in, kh, kw], bias [out] or undefined. Takes and returns [B, C, H, W], in channels_last memory for speed.
struct Conv2d {
  struct Options {
    std::array<std::int64_t, 2> kernel = {3, 3};
    std::int64_t stride = 1;
    std::array<std::int64_t, 2> padding = {1, 1};
    bool bias = true;
  };
  static constexpr Options pointwise(std::int64_t stride = 1) { return {.kernel = {1, 1}, .stride = stride, .padding = {0, 0}}; }
  static constexpr Options square(std::int64_t kernel, std::int64_t stride = 1, bool bias = true) {
    return {.kernel = {kernel, kernel}, .stride = stride, .padding = {kernel / 2, kernel / 2}, .bias = bias};
  }

  at::Tensor weight, bias;
  std::int64_t stride = 1;
  std::array<std::int64_t, 2> padding = {0, 0};
  static Conv2d load(const Params& params, std::int64_t in, std::int64_t out, const Options& options);
  static Conv2d of(const at::Tensor& weight, const at::Tensor& bias, std::int64_t stride, std::array<std::int64_t, 2> padding);
  at::Tensor operator()(const at::Tensor& x) const { return at::conv2d(x, weight, bias, stride, padding); }
};

// Pads [B, C, H, W] to multiples of `multiple`, centred, repeating the border.
at::Tensor pad_to_multiple(const at::Tensor& images, std::int64_t multiple);

}  // namespace gallop::nn
