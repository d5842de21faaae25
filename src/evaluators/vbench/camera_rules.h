// From the movement of four points at the picture's edges to names of camera movements (vbench.md 8.4).
#pragma once

#include <array>
#include <set>
#include <string>
#include <string_view>

namespace gallop::evaluators::vbench {

// Displacement of a point from the first to the last frame, in whole pixels.
struct EdgeMove {
  double across = 0.0, down = 0.0;
};
// Top, bottom, left, right; `threshold`: pixels that count as movement. Some of pan_left, pan_right, tilt_up, tilt_down, zoom_in,
// zoom_out; else static; "None" when the points contradict each other.
std::set<std::string> camera_moves(const std::array<EdgeMove, 4>& edges, double threshold);

// The movement a file name or prompt asks for: "camera pans left", ..., "camera static". InvalidArgument when it asks for none.
std::string wanted_move(std::string_view text);

}  // namespace gallop::evaluators::vbench
