#include "evaluators/vbench/object_rules.h"

#include <algorithm>
#include <cstdlib>

#include "base/check.h"
#include "base/names.h"

namespace gallop::evaluators::vbench {
namespace {

constexpr double kHardlyOverlapping = 0.1;
constexpr std::string_view kColorWords[] = {"white",  "red",   "pink", "blue",   "silver", "purple",
                                            "orange", "green", "gray", "yellow", "black",  "grey"};

std::string trimmed(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r\n\f\v";
  const auto first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return std::string(text.substr(first, text.find_last_not_of(kBlanks) - first + 1));
}

void remove_all(std::string& text, std::string_view part) {
  if (part.empty()) return;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at)) text.erase(at, part.size());
}

double area(const std::array<std::int64_t, 4>& box) { return static_cast<double>((box[2] - box[0]) * (box[3] - box[1])); }

}  // namespace

bool shows(std::span<const Instance> instances, std::string_view name) {
  return std::any_of(instances.begin(), instances.end(), [&](const Instance& instance) { return instance.name == name; });
}

std::pair<std::string, std::string> object_pair(std::string_view text, std::string_view dimension) {
  constexpr std::string_view kAnd = " and ";
  const auto at = text.find(kAnd);
  const bool two = at != std::string_view::npos && text.find(kAnd, at + kAnd.size()) == std::string_view::npos;
  GALLOP_CHECK(two, InvalidArgument, "{}: label \"object\" is {}, expected two names such as \"bird and cat\"", dimension,
               base::quote(text));
  return {trimmed(text.substr(0, at)), trimmed(text.substr(at + kAnd.size()))};
}

std::string color_object(std::string prompt, std::string_view color) {
  remove_all(prompt, "a ");
  remove_all(prompt, "an ");
  remove_all(prompt, color);
  return trimmed(prompt);
}

ColorFlags color_flags(std::span<const std::string> captions, std::string_view first_name, std::string_view object,
                       std::string_view color) {
  ColorFlags flags;
  if (first_name != object) return flags;
  for (const auto& caption : captions) {
    const auto holds = [&](std::string_view word) { return caption.find(word) != std::string::npos; };
    flags.any = flags.any || std::any_of(std::begin(kColorWords), std::end(kColorWords), holds);
    flags.wanted = flags.wanted || holds(color);
  }
  return flags;
}

Axis axis_of(std::string_view relationship) {
  if (relationship == "on the left of" || relationship == "on the right of") return Axis::horizontal;
  if (relationship == "on the top of" || relationship == "on the bottom of") return Axis::vertical;
  throw InvalidArgument(
      fmt::format("spatial_relationship: label \"relationship\" is {}, expected \"on the left of\", \"on the right of\", \"on the top of\" "
                  "or \"on the bottom of\"",
                  base::quote(relationship)));
}

double relation_score(Axis axis, const Instance& a, const Instance& b) {
  // Twice the distance of the centres: whole numbers.
  const auto across = std::abs(a.box[0] + a.box[2] - b.box[0] - b.box[2]), down = std::abs(a.box[1] + a.box[3] - b.box[1] - b.box[3]);
  if (axis == Axis::horizontal ? across <= down : down <= across) return 0.0;
  const auto width = std::max<std::int64_t>(0, std::min(a.box[2], b.box[2]) - std::max(a.box[0], b.box[0]));
  const auto height = std::max<std::int64_t>(0, std::min(a.box[3], b.box[3]) - std::max(a.box[1], b.box[1]));
  const auto shared = static_cast<double>(width * height), covered = area(a.box) + area(b.box) - shared;
  if (covered == 0.0) return 0.0;
  const double overlap = shared / covered;
  return overlap < kHardlyOverlapping ? 1.0 : kHardlyOverlapping / overlap;
}

double best_relation(Axis axis, std::span<const Instance> instances, std::string_view a, std::string_view b) {
  std::vector<const Instance*> wanted;
  for (const auto& instance : instances)
    if (instance.name == a || instance.name == b) wanted.push_back(&instance);
  double best = 0.0;
  for (std::size_t i = 0; i < wanted.size(); ++i)
    for (std::size_t j = i + 1; j < wanted.size(); ++j) best = std::max(best, relation_score(axis, *wanted[i], *wanted[j]));
  return best;
}

bool shows_scene(std::string_view caption, std::string_view scene) {
  for (std::size_t start = 0;;) {
    const auto end = std::min(scene.find(' ', start), scene.size());
    if (caption.find(scene.substr(start, end - start)) == std::string_view::npos) return false;
    if (end == scene.size()) return true;
    start = end + 1;
  }
}

}  // namespace gallop::evaluators::vbench
