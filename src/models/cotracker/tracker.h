// CoTracker2 (Karaev et al. 2023): follows points of the first frame through a clip, window by window.
#pragma once

#include <optional>
#include <vector>

#include "models/cotracker/feature_net.h"
#include "models/cotracker/update_former.h"

namespace gallop::models::cotracker {

struct Tracker {
  TrackerConfig config;
  FeatureNet features;
  UpdateFormer former;
  at::Tensor time_embedding, place_embedding;  // [S, input], [1, input, h, w]
  nn::LayerNorm feature_norm;
  nn::Linear feature_update, visible;

  static Tracker load(const TrackerConfig& config, const nn::Params& params);
  // A frame, float32 RGB [1, 3, H, W] in 0..255, to its feature map.
  at::Tensor look(const at::Tensor& frame) const;

  // Places and visibility of N points over the frames of a window, in cells of the feature map.
  struct State {
    at::Tensor places;   // [S, N, 2]: x, y
    at::Tensor visible;  // [S, N], before the sigmoid
  };
  // maps [S, C, h, w]; point_features [N, C] of the first frame; `fresh`: how many frames at the window's end are new.
  State follow(const at::Tensor& maps, const at::Tensor& point_features, State start, std::int64_t fresh) const;
  // Bilinear samples of a map [1, C, h, w] at places [N, 2]: [N, C].
  static at::Tensor sample(const at::Tensor& map, const at::Tensor& places);
};

// Follows points through frames that come one at a time; holds the maps of one window. Used by one thread.
class Track {
 public:
  // points [N, 2] in pixels of the tracker's working size.
  Track(const Tracker& tracker, const at::Tensor& points);
  void push(const at::Tensor& frame);
  // Places of the points in the last frame, [N, 2], in pixels of the working size. Needs more than half a window of frames.
  at::Tensor finish();

 private:
  void follow_window();

  const Tracker& tracker_;
  at::Tensor points_, point_features_;
  std::vector<at::Tensor> maps_;  // of the window at hand
  std::optional<Tracker::State> state_;
  std::int64_t frames_ = 0;
};

// size x size points in row-major order, [size^2, 2], with a margin of width / 64.
at::Tensor grid_points(std::int64_t size, std::int64_t height, std::int64_t width);

}  // namespace gallop::models::cotracker
