#include "evaluators/vbench/camera_rules.h"

#include <vector>

#include "base/check.h"
#include "base/names.h"

namespace gallop::evaluators::vbench {
namespace {

struct Phrase {
  std::string_view text, move;
};
constexpr Phrase kPhrases[] = {{"camera pans left", "pan_left"},   {"camera pans right", "pan_right"}, {"camera tilts up", "tilt_up"},
                               {"camera tilts down", "tilt_down"}, {"camera zooms in", "zoom_in"},     {"camera zooms out", "zoom_out"},
                               {"camera static", "static"}};

struct Rule {
  std::string_view first, second, move;  // directions of the two points
};
constexpr Rule kTogether[] = {{"left", "left", "pan_right"},
                              {"right", "right", "pan_left"},
                              {"down", "down", "tilt_up"},
                              {"up", "up", "tilt_down"},
                              {"static", "static", "static"}};
constexpr Rule kTopBottom[] = {{"up", "down", "zoom_in"}, {"down", "up", "zoom_out"}};
constexpr Rule kLeftRight[] = {{"left", "right", "zoom_in"}, {"right", "left", "zoom_out"}};

std::vector<std::string_view> directions(const EdgeMove& move, double threshold) {
  std::vector<std::string_view> found;
  if (move.across > threshold)
    found.push_back("right");
  else if (move.across < -threshold)
    found.push_back("left");
  if (move.down > threshold)
    found.push_back("down");
  else if (move.down < -threshold)
    found.push_back("up");
  if (found.empty()) found.push_back("static");
  return found;
}

template <std::size_t N>
void add_moves(const EdgeMove& first, const EdgeMove& second, double threshold, const Rule (&apart)[N], std::set<std::string>& moves) {
  bool any = false;
  for (const auto a : directions(first, threshold))
    for (const auto b : directions(second, threshold)) {
      const auto apply = [&](const auto& rules) {
        for (const auto& rule : rules)
          if (rule.first == a && rule.second == b) {
            moves.emplace(rule.move);
            any = true;
          }
      };
      apply(kTogether);
      apply(apart);
    }
  if (!any) moves.emplace("None");
}

}  // namespace

std::set<std::string> camera_moves(const std::array<EdgeMove, 4>& edges, double threshold) {
  std::set<std::string> moves;
  add_moves(edges[0], edges[1], threshold, kTopBottom, moves);
  add_moves(edges[2], edges[3], threshold, kLeftRight, moves);
  // In this order: of "static" and "None" alone, "None" stays.
  for (const char* weak : {"static", "None"})
    if (moves.size() > 1) moves.erase(weak);
  return moves;
}

std::string wanted_move(std::string_view text) {
  for (const auto& phrase : kPhrases)
    if (text.find(phrase.text) != std::string_view::npos) return std::string(phrase.move);
  throw InvalidArgument(
      fmt::format("camera_motion: {} asks for no camera movement; expected a phrase such as \"camera pans left\" in the file name or the "
                  "prompt, or the label \"camera\"",
                  base::quote(text)));
}

}  // namespace gallop::evaluators::vbench
