// RAFT, the "things" weights (Teed and Deng 2020; vbench.md 5.5): dense optical flow of two frames.
#pragma once

#include "models/correlation/pyramid.h"
#include "models/raft/encoder.h"
#include "models/raft/update.h"

namespace gallop::models::raft {

struct RaftConfig {
  int iterations = 20;
  correlation::PyramidConfig pyramid = {.levels = 4, .radius = 4};
  std::int64_t least_side = 128;  // of a padded frame; below it the reference divides by zero (vbench.md 5.5)
};

struct Raft {
  RaftConfig config;
  Encoder features, context;
  Update update;

  static Raft load(const RaftConfig& config, const nn::Params& params);

  // What one frame contributes to the pairs it is part of: kept by the caller to save half of the encoding.
  struct Frame {
    at::Tensor image;     // [1, 3, H, W] in -1..1, channels_last
    at::Tensor features;  // [1, 256, H / 8, W / 8]
  };
  // RGB float32 [1, 3, H, W] in 0..255, both sides multiples of 8 and at least least_side.
  Frame prepare(const at::Tensor& image) const;

  struct Flow {
    at::Tensor coarse;  // [1, 2, H / 8, W / 8], x then y, in coarse cells
    at::Tensor full;    // [1, 2, H, W] in pixels
  };
  // Flow from `first` to `second`. The full-size field is made once, after the last iteration.
  Flow operator()(const Frame& first, const Frame& second) const;
};

}  // namespace gallop::models::raft
