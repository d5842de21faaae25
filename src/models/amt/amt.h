// AMT-S (Li et al. 2023, All-Pairs Multi-Field Transforms; vbench.md 5.6): the frame halfway between two frames.
// The published weights are licensed for non-commercial use only.
#pragma once

#include "models/amt/parts.h"
#include "models/correlation/pyramid.h"

namespace gallop::models::amt {

struct AmtConfig {
  std::vector<std::int64_t> channels = {20, 32, 44, 56};
  std::int64_t side = 20;
  std::int64_t fields = 3;  // flow hypotheses
  correlation::PyramidConfig pyramid = {.levels = 4, .radius = 3};
  std::int64_t least_side = 128;  // of a padded frame; below it the reference divides by zero (vbench.md 5.6)
};

struct Amt {
  AmtConfig config;
  FeatureEncoder features;
  ImagePyramid images;
  Decoder decoder4, decoder3, decoder2, decoder1;
  UpdateBlock update4, update3, update2;
  nn::Conv2d combine1, combine2;
  at::Tensor combine_slope;

  static Amt load(const AmtConfig& config, const nn::Params& params);
  // RGB float32 [1, 3, H, W] in 0..1, sides multiples of 16 and at least least_side -> the middle frame, the same shape, 0..1.
  at::Tensor operator()(const at::Tensor& first, const at::Tensor& second) const;
};

}  // namespace gallop::models::amt
