// camera_motion's table from the movement of four points to names, and the phrases of the suite.
#include <doctest/doctest.h>

#include "evaluators/vbench/camera_rules.h"
#include "gallop/error.h"

namespace gallop {
namespace {

using namespace evaluators::vbench;
using Moves = std::set<std::string>;

// Top, bottom, left, right.
Moves moves(EdgeMove top, EdgeMove bottom, EdgeMove left, EdgeMove right) { return camera_moves({top, bottom, left, right}, 2.0); }

TEST_CASE("camera: all points together") {
  const EdgeMove still{}, left{-5, 0}, right{5, 0}, up{0, -5}, down{0, 5}, right_down{5, 5};
  CHECK(moves(still, still, still, still) == Moves{"static"});
  CHECK(moves(left, left, left, left) == Moves{"pan_right"});
  CHECK(moves(right, right, right, right) == Moves{"pan_left"});
  CHECK(moves(up, up, up, up) == Moves{"tilt_down"});
  CHECK(moves(down, down, down, down) == Moves{"tilt_up"});
  CHECK(moves(right_down, right_down, right_down, right_down) == Moves{"pan_left", "tilt_up"});
}

TEST_CASE("camera: points apart or contradicting each other") {
  const EdgeMove still{}, left{-5, 0}, right{5, 0}, up{0, -5}, down{0, 5};
  CHECK(moves(up, down, left, right) == Moves{"zoom_in"});
  CHECK(moves(down, up, right, left) == Moves{"zoom_out"});
  CHECK(moves(up, down, still, still) == Moves{"zoom_in"});     // static gives way
  CHECK(moves(left, still, left, left) == Moves{"pan_right"});  // so does a pair without meaning
  CHECK(moves(left, right, up, down) == Moves{"None"});
  CHECK(moves(left, right, still, still) == Moves{"None"});  // static gives way even to that
  CHECK(moves(up, down, down, down) == Moves{"zoom_in", "tilt_up"});
}

TEST_CASE("camera: the threshold itself is no movement") {
  const EdgeMove edge{2, -2}, over{2.5, 0};
  CHECK(moves(edge, edge, edge, edge) == Moves{"static"});
  CHECK(moves(over, over, over, over) == Moves{"pan_left"});
}

TEST_CASE("camera: phrases of names and prompts, in their order") {
  CHECK(wanted_move("a lake, camera pans left-0.mp4") == "pan_left");
  CHECK(wanted_move("camera pans right") == "pan_right");
  CHECK(wanted_move("camera tilts up") == "tilt_up");
  CHECK(wanted_move("camera tilts down") == "tilt_down");
  CHECK(wanted_move("camera zooms in") == "zoom_in");
  CHECK(wanted_move("camera zooms out") == "zoom_out");
  CHECK(wanted_move("camera static") == "static");
  CHECK(wanted_move("camera zooms out, camera tilts up") == "tilt_up");
  CHECK_THROWS_AS(wanted_move("a lake"), InvalidArgument);
}

}  // namespace
}  // namespace gallop
