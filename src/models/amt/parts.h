// The convolutional parts of AMT-S (Li et al. 2023; vbench.md 5.6). All tensors [1, C, H, W], channels_last.
#pragma once

#include <vector>

#include "nn/layers.h"

namespace gallop::models::amt {

// Convolution and per-channel PReLU.
struct ConvPrelu {
  nn::Conv2d conv;
  at::Tensor slope;
  static ConvPrelu load(const nn::Params& params, std::int64_t in, std::int64_t out, std::int64_t stride = 1);
  at::Tensor operator()(const at::Tensor& x) const;
};

// Correlation features: bottleneck blocks with instance norm, 84 channels at an eighth of the size.
struct FeatureEncoder {
  struct Block {
    nn::Conv2d conv1, conv2, conv3;
    nn::Conv2d shortcut;  // undefined weight: identity
  };
  nn::Conv2d first, last;
  std::vector<Block> blocks;
  static FeatureEncoder load(const nn::Params& params);
  at::Tensor operator()(const at::Tensor& image) const;
};

// Features at a half, a quarter, an eighth and a sixteenth of the size.
struct ImagePyramid {
  std::vector<ConvPrelu> layers;  // two a level
  static ImagePyramid load(const nn::Params& params, const std::vector<std::int64_t>& channels);
  std::vector<at::Tensor> operator()(const at::Tensor& image) const;
};

// Convolution, residual block whose last `side` channels are refined twice on their own, transposed convolution to twice the size.
struct Decoder {
  ConvPrelu enter, conv1, conv2, conv3, conv4;
  nn::Conv2d conv5;
  at::Tensor slope, up_weight, up_bias;
  std::int64_t side = 20;
  static Decoder load(const nn::Params& params, std::int64_t in, std::int64_t width, std::int64_t out, std::int64_t side);
  at::Tensor operator()(const at::Tensor& x) const;
};

// Corrects flows and features from looked-up correlation; works at an eighth of the size.
struct UpdateBlock {
  nn::Conv2d correlation, flow1, flow2, join, gru1, gru2, feature1, feature2, head1, head2;
  std::int64_t scale = 1;  // the features come in at `scale` times the eighth
  static UpdateBlock load(const nn::Params& params, std::int64_t features, std::int64_t scale);
  struct Residual {
    at::Tensor features, flows;  // flows [1, 4, ...] in pixels of the feature map's size
  };
  Residual operator()(const at::Tensor& features, const at::Tensor& flows, const at::Tensor& looked_up) const;
};

// Bilinear, half-pixel centres, by a factor.
at::Tensor resize(const at::Tensor& x, double factor);

}  // namespace gallop::models::amt
