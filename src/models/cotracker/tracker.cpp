#include "models/cotracker/tracker.h"

#include <algorithm>
#include <cmath>

#include "base/check.h"

namespace gallop::models::cotracker {
namespace {

// Samples of maps [B, C, h, w] at places [B, P, Q, 2] in cells; places outside take the border's value. -> [B, C, P, Q]
at::Tensor sample_maps(const at::Tensor& maps, const at::Tensor& places) {
  const auto unit = at::tensor({2.0F / static_cast<float>(std::max<std::int64_t>(maps.size(3) - 1, 1)),
                                2.0F / static_cast<float>(std::max<std::int64_t>(maps.size(2) - 1, 1))},
                               at::kFloat);
  constexpr std::int64_t kBilinear = 0, kBorder = 1;
  return at::grid_sampler_2d(maps, places * unit - 1.0, kBilinear, kBorder, true);
}

// Sines and cosines of both coordinates at 32 frequencies, after the coordinates themselves: [N, S, 2] -> [N, S, 130].
at::Tensor displacement_embedding(const at::Tensor& moves) {
  constexpr std::int64_t kWidth = 64;
  const auto frequencies = at::arange(0, kWidth, 2, at::kFloat) * (1000.0 / static_cast<double>(kWidth));
  std::vector<at::Tensor> parts = {moves};
  for (std::int64_t axis = 0; axis < 2; ++axis) {
    const auto angles = moves.narrow(2, axis, 1) * frequencies;
    parts.push_back(at::stack({angles.sin(), angles.cos()}, 3).flatten(2));
  }
  return at::cat(parts, 2);
}

// Likeness of each point's features with the map around its place, on all levels: [S, N, levels * (2 r + 1)^2].
at::Tensor correlation(const std::vector<at::Tensor>& levels, const at::Tensor& features, const at::Tensor& places, std::int64_t radius) {
  const auto steps = at::arange(-radius, radius + 1, at::kFloat);
  const auto side = steps.size(0);
  // The first index runs along x, the second along y, as in RAFT (vbench.md 16.1, quirk 22).
  const auto offsets =
      at::stack({steps.unsqueeze(1).expand({side, side}), steps.unsqueeze(0).expand({side, side})}, 2).reshape({1, 1, side * side, 2});
  const auto scale = 1.0 / std::sqrt(static_cast<double>(features.size(2)));
  std::vector<at::Tensor> parts;
  double shrink = 1.0;
  for (const auto& maps : levels) {
    const auto around = sample_maps(maps, places.unsqueeze(2) / shrink + offsets);  // [S, C, N, K]
    parts.push_back((around * features.permute({0, 2, 1}).unsqueeze(3)).sum(1) * scale);
    shrink *= 2.0;
  }
  return at::cat(parts, 2);
}

}  // namespace

Tracker Tracker::load(const TrackerConfig& config, const nn::Params& params) {
  const auto c = config.channels;
  return {.config = config,
          .features = FeatureNet::load(config, params / "fnet"),
          .former = UpdateFormer::load(config, params / "updateformer"),
          .time_embedding = params("time_emb", {1, config.window, config.input()}).squeeze(0),
          .place_embedding = params("pos_emb", {1, config.input(), config.height / config.stride, config.width / config.stride}),
          .feature_norm = nn::LayerNorm::load(params / "norm", c, 1e-5),
          .feature_update = nn::Linear::load(params / "track_feat_updater" / 0, c, c),
          .visible = nn::Linear::load(params / "vis_predictor" / 0, c, 1)};
}

at::Tensor Tracker::look(const at::Tensor& frame) const {
  const auto resized = at::upsample_bilinear2d(frame, {config.height, config.width}, true);
  return features((resized / 255.0).mul_(2.0).sub_(1.0));
}

at::Tensor Tracker::sample(const at::Tensor& map, const at::Tensor& places) {
  return sample_maps(map, places.view({1, -1, 1, 2})).squeeze(3).squeeze(0).t().contiguous();
}

Tracker::State Tracker::follow(const at::Tensor& maps, const at::Tensor& point_features, State start, std::int64_t fresh) const {
  const auto frames = maps.size(0), points = point_features.size(0);
  std::vector<at::Tensor> levels = {maps};
  while (static_cast<std::int64_t>(levels.size()) < config.levels) levels.push_back(at::avg_pool2d(levels.back(), 2, 2));
  auto known = at::ones({frames, points}, at::kFloat);
  known.narrow(0, 0, frames - fresh).zero_();
  const auto flags = at::stack({known, start.visible}, 2);                                        // [S, N, 2]
  const auto embedding = sample(place_embedding, start.places[0]).unsqueeze(1) + time_embedding;  // [N, S, input]
  auto places = start.places, feats = point_features.unsqueeze(0).expand({frames, points, config.channels});
  for (std::int64_t i = 0; i < config.iterations; ++i) {
    const auto moves = displacement_embedding((places - places.narrow(0, 0, 1)).transpose(0, 1));
    const auto around = at::cat({correlation(levels, feats, places, config.radius), feats, flags}, 2).transpose(0, 1);
    const auto change = former(at::cat({moves, around}, 2) + embedding).transpose(0, 1);  // [S, N, 2 + C]
    places = places + change.narrow(2, 0, 2);
    feats = at::gelu(feature_update(feature_norm(change.narrow(2, 2, config.channels)))) + feats;
  }
  return {places, visible(feats).squeeze(2)};
}

Track::Track(const Tracker& tracker, const at::Tensor& points)
    : tracker_(tracker), points_(points / static_cast<double>(tracker.config.stride)) {}

void Track::push(const at::Tensor& frame) {
  maps_.push_back(tracker_.look(frame));
  if (frames_++ == 0) point_features_ = Tracker::sample(maps_.front(), points_);
  if (static_cast<std::int64_t>(maps_.size()) == tracker_.config.window) follow_window();
}

void Track::follow_window() {
  const auto window = tracker_.config.window, step = window / 2, points = points_.size(0);
  if (!state_) {
    constexpr double kVisible = 10.0;
    state_ = tracker_.follow(at::cat(maps_), point_features_,
                             {points_.unsqueeze(0).expand({window, points, 2}), at::full({window, points}, kVisible, at::kFloat)}, window);
  } else {
    // Where the window before ended, and its last frame for those that are new.
    const auto carry = [&](const at::Tensor& rows) {
      auto sizes = rows.sizes().vec();
      sizes[0] = step;
      return at::cat({rows.narrow(0, step, step), rows.narrow(0, window - 1, 1).expand(sizes)});
    };
    state_ = tracker_.follow(at::cat(maps_), point_features_, {carry(state_->places), carry(state_->visible)}, step);
  }
  maps_.erase(maps_.begin(), maps_.begin() + step);
}

at::Tensor Track::finish() {
  const auto window = tracker_.config.window, step = window / 2;
  GALLOP_CHECK(frames_ > step, InvalidArgument, "tracks: {} frames, the tracker needs at least {}; use a longer clip", frames_, step + 1);
  // Frames that no window has seen yet: a last one is filled up with the last frame.
  auto last = static_cast<std::int64_t>(window - 1);
  const auto waiting = static_cast<std::int64_t>(maps_.size());
  if (!state_ || waiting > step) {
    last = waiting - 1;
    while (static_cast<std::int64_t>(maps_.size()) < window) maps_.push_back(maps_.back());
    follow_window();
  }
  return state_->places[last] * static_cast<double>(tracker_.config.stride);
}

at::Tensor grid_points(std::int64_t size, std::int64_t height, std::int64_t width) {
  const double margin = static_cast<double>(width) / 64.0;
  const auto rows = at::linspace(margin, static_cast<double>(height) - margin, size, at::kFloat),
             columns = at::linspace(margin, static_cast<double>(width) - margin, size, at::kFloat);
  return at::stack({columns.unsqueeze(0).expand({size, size}), rows.unsqueeze(1).expand({size, size})}, 2).reshape({size * size, 2});
}

}  // namespace gallop::models::cotracker
