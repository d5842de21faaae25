// The transformer that corrects tracks: attention over time within a track, and over tracks by way of virtual ones.
#pragma once

#include <vector>

#include "models/cotracker/config.h"
#include "nn/layers.h"

namespace gallop::models::cotracker {

struct UpdateFormer {
  // x += attention(norm(x), norm(context)); x += mlp(norm(x)); only the norm of a context has weights.
  struct Block {
    nn::Linear query, memory, output, fc1, fc2;
    nn::LayerNorm context_norm;  // without weights: attention to x itself
    std::int64_t heads = 1;
    // x [B, N, D]; context [B, M, D], or undefined for self-attention.
    at::Tensor operator()(const at::Tensor& x, const at::Tensor& context = {}) const;
  };
  struct Layer {
    Block time, gather, exchange, scatter;  // virtual tracks read points, talk among themselves, points read them
  };
  TrackerConfig config;
  nn::Linear input, output;
  at::Tensor virtual_tracks;  // [tracks, 1, D]
  std::vector<Layer> layers;

  static UpdateFormer load(const TrackerConfig& config, const nn::Params& params);
  // [N, S, input] -> [N, S, 2 + channels]: corrections of place and features.
  at::Tensor operator()(const at::Tensor& x) const;
};

}  // namespace gallop::models::cotracker
