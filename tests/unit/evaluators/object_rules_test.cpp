// Label parsing and scoring of the detector and captioner dimensions: tables, and the recorded values of the reference's functions.
#include <doctest/doctest.h>

#include <algorithm>

#include "base/json.h"
#include "evaluators/vbench/object_rules.h"
#include "gallop/error.h"
#include "support/shared_data.h"

namespace gallop {
namespace {

using namespace evaluators::vbench;

Instance instance(const base::Json& name, const base::Json& box) {
  return {name.get<std::string>(), box.get<std::array<std::int64_t, 4>>()};
}

// The invented frames of the recorded file.
struct Frame {
  std::vector<Instance> instances;
  std::vector<std::string> captions;
  std::string first_name() const { return instances.empty() ? std::string() : instances.front().name; }
};

template <class Check>
void with_frames(const Check& check) {
  const auto file = test::shared_file("data/golden/vbench/scoring_rules.json");
  if (!file) return;
  const auto golden = base::read_json(*file);
  std::vector<Frame> frames;
  for (const auto& entry : golden.at("frames")) {
    Frame frame{.instances = {}, .captions = entry.at("caption").get<std::vector<std::string>>()};
    for (std::size_t i = 0; i < entry.at("box").size(); ++i) frame.instances.push_back(instance(entry.at("name")[i], entry.at("box")[i]));
    frames.push_back(std::move(frame));
  }
  check(golden, frames);
}

TEST_CASE("object_class and multiple_objects: recorded hits") {
  with_frames([](const base::Json& golden, const std::vector<Frame>& frames) {
    for (const auto& [name, hits] : golden.at("object_class").items())
      CHECK(std::count_if(frames.begin(), frames.end(), [&, key = name](const Frame& frame) { return shows(frame.instances, key); }) ==
            hits.get<int>());
    for (const auto& [pair, hits] : golden.at("multiple_objects").items()) {
      const auto [a, b] = object_pair(pair, "multiple_objects");
      int both = 0;
      for (const auto& frame : frames) both += shows(frame.instances, a) && shows(frame.instances, b) ? 1 : 0;
      CHECK(both == hits.get<int>());
    }
  });
}

TEST_CASE("multiple_objects: the pair is split at one \" and \"") {
  CHECK(object_pair("bird and cat", "d") == std::pair<std::string, std::string>{"bird", "cat"});
  CHECK(object_pair("traffic light and  stop sign ", "d") == std::pair<std::string, std::string>{"traffic light", "stop sign"});
  CHECK(object_pair("sandcastle and handbag", "d") == std::pair<std::string, std::string>{"sandcastle", "handbag"});
  CHECK_THROWS_AS(object_pair("bird", "d"), InvalidArgument);
  CHECK_THROWS_AS(object_pair("bird and cat and dog", "d"), InvalidArgument);
  CHECK_THROWS_AS(object_pair("", "d"), InvalidArgument);
}

TEST_CASE("color: recorded frames with the object and with the color") {
  with_frames([](const base::Json& golden, const std::vector<Frame>& frames) {
    for (const auto& entry : golden.at("color")) {
      int any = 0, wanted = 0;
      for (const auto& frame : frames) {
        const auto flags =
            color_flags(frame.captions, frame.first_name(), entry.at("object").get<std::string>(), entry.at("color").get<std::string>());
        any += flags.any ? 1 : 0;
        wanted += flags.wanted ? 1 : 0;
      }
      CHECK(any == entry.at("frames_with_object").get<int>());
      CHECK(wanted == entry.at("frames_with_color").get<int>());
    }
  });
}

TEST_CASE("color: the object is what the prompt leaves") {
  CHECK(color_object("a red bicycle", "red") == "bicycle");
  CHECK(color_object("an orange umbrella", "orange") == "umbrella");
  CHECK(color_object("a grey suitcase ", "grey") == "suitcase");
  CHECK(color_object("a black vase", "black") == "vase");
  CHECK(color_object("red", "red").empty());
  CHECK(color_object("a panda cat", "red") == "pandcat");  // "a " goes wherever it stands
}

TEST_CASE("color: substrings count, only frames whose first detection is the object") {
  const std::vector<std::string> covered = {"a car covered with snow"}, wood = {"a wooden car", "a white dog"}, none = {"a wooden car"};
  CHECK(color_flags(covered, "car", "car", "red") == ColorFlags{true, true});
  CHECK(color_flags(wood, "car", "car", "red") == ColorFlags{true, false});
  CHECK(color_flags(wood, "dog", "car", "white") == ColorFlags{false, false});
  CHECK(color_flags(none, "car", "car", "red") == ColorFlags{false, false});
  CHECK(color_flags({}, "", "car", "red") == ColorFlags{false, false});
}

TEST_CASE("spatial_relationship: recorded pair and frame scores") {
  with_frames([](const base::Json& golden, const std::vector<Frame>& frames) {
    for (const auto& entry : golden.at("position_score")) {
      const auto score =
          relation_score(axis_of(entry.at("relationship").get<std::string>()), instance("a", entry.at("a")), instance("b", entry.at("b")));
      CHECK(score == doctest::Approx(entry.at("score").get<double>()).epsilon(1e-12));
    }
    for (const auto& entry : golden.at("spatial_relationship")) {
      const auto axis = axis_of(entry.at("relationship").get<std::string>());
      for (std::size_t i = 0; i < frames.size(); ++i)
        CHECK(best_relation(axis, frames[i].instances, entry.at("object_a").get<std::string>(), entry.at("object_b").get<std::string>()) ==
              doctest::Approx(entry.at("frame_scores")[i].get<double>()).epsilon(1e-12));
    }
  });
}

TEST_CASE("spatial_relationship: axis, direction, overlap and boxes without area") {
  CHECK_THROWS_AS(axis_of("left"), InvalidArgument);
  const Instance left{"a", {0, 0, 10, 10}}, right{"b", {40, 2, 50, 12}}, half{"b", {5, 0, 15, 10}}, dot{"b", {7, 7, 7, 7}},
      other_dot{"a", {3, 7, 3, 7}};
  CHECK(relation_score(Axis::horizontal, left, right) == 1.0);
  CHECK(relation_score(Axis::horizontal, right, left) == 1.0);  // the direction does not count
  CHECK(relation_score(Axis::vertical, left, right) == 0.0);
  CHECK(relation_score(Axis::horizontal, left, half) == doctest::Approx(0.3));  // 0.1 over a third
  CHECK(relation_score(Axis::horizontal, dot, other_dot) == 0.0);
  CHECK(relation_score(Axis::horizontal, left, left) == 0.0);  // equal distances are neither
  const std::vector<Instance> same_class = {left, {"a", {30, 0, 40, 10}}, {"c", {60, 0, 70, 10}}};
  CHECK(best_relation(Axis::horizontal, same_class, "a", "b") == 1.0);
  CHECK(best_relation(Axis::horizontal, same_class, "c", "b") == 0.0);
}

TEST_CASE("scene: recorded hits; every word as a substring") {
  with_frames([](const base::Json& golden, const std::vector<Frame>&) {
    for (const auto& entry : golden.at("scene")) {
      int hits = 0;
      for (const auto& caption : entry.at("captions"))
        hits += shows_scene(caption.get<std::string>(), entry.at("scene").get<std::string>()) ? 1 : 0;
      CHECK(hits == entry.at("hits").get<int>());
    }
  });
  CHECK(shows_scene("an alleyway", "alley"));
  CHECK(shows_scene("pool of indoor light", "indoor pool"));
  CHECK_FALSE(shows_scene("a pool", "indoor pool"));
}

}  // namespace
}  // namespace gallop
