// How detections and captions become scores (vbench.md 4.8 to 4.13): no network here, so that every rule has its table test.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gallop::evaluators::vbench {

// One detection as the dimensions see it.
struct Instance {
  std::string name;
  std::array<std::int64_t, 4> box{};  // x1, y1, x2, y2 in whole pixels of the detector's picture, truncated
};

// Whether an instance has exactly this name.
bool shows(std::span<const Instance> instances, std::string_view name);

// "A and B" -> {"A", "B"}. InvalidArgument naming `dimension` unless there are exactly two.
std::pair<std::string, std::string> object_pair(std::string_view text, std::string_view dimension);

// The object of a color prompt: the prompt without "a ", without "an ", without the color, trimmed. "a red car" -> "car".
std::string color_object(std::string prompt, std::string_view color);

// What a frame says about the color of the object: counts only when the first detection has the object's name; then over the
// captions of all detections, by substring, so that "covered" holds "red" (vbench.md 16.1, quirk 17).
struct ColorFlags {
  bool any = false;     // one of the twelve color words
  bool wanted = false;  // the wanted color
  bool operator==(const ColorFlags&) const = default;
};
ColorFlags color_flags(std::span<const std::string> captions, std::string_view first_name, std::string_view object, std::string_view color);

enum class Axis { horizontal, vertical };
// "on the left of", "on the right of": horizontal; "on the top of", "on the bottom of": vertical. InvalidArgument otherwise.
Axis axis_of(std::string_view relationship);
// 1 when the centres lie apart mainly along the axis and the boxes hardly overlap, 0.1 / IoU when they overlap more, else 0. The
// direction does not count (quirk 18). Two boxes without area score 0, where the reference divides by zero.
double relation_score(Axis axis, const Instance& a, const Instance& b);
// The best score of all pairs among the instances named `a` or `b`, at least 0; the two of a pair may have the same name.
double best_relation(Axis axis, std::span<const Instance> instances, std::string_view a, std::string_view b);

// Whether every word of `scene`, parted by single blanks, is a substring of the caption.
bool shows_scene(std::string_view caption, std::string_view scene);

}  // namespace gallop::evaluators::vbench
