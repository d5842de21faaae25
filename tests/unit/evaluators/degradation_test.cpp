// Each quick measure must order the degradations it claims to see: on the recorded ladder, and on five further clips.
#include <doctest/doctest.h>

#include <map>

#include "evaluators/score_clips.h"
#include "media/read_video.h"
#include "support/degrade.h"
#include "support/shared_data.h"

using namespace gallop;

namespace {

ClipResult quick(const Clip& clip, std::vector<std::string> dimensions = {}) {
  const ClipRequest request{.clip = clip};
  return evaluators::score_clips({&request, 1}, {.dimensions = std::move(dimensions), .load = {.device = {}}}, {}).front();
}

double value(const Clip& clip, const std::string& dimension) {
  const auto result = quick(clip, {dimension});
  REQUIRE(result.scores.size() == 1);
  return result.scores.front().value;
}

bool flagged(const Clip& clip, const std::string& dimension) { return !quick(clip, {dimension}).scores.at(0).flags.empty(); }

}  // namespace

TEST_CASE("degradation: the ladder is ordered") {
  const auto step = [](const std::string& name) { return test::shared_file("data/videos/ladder/" + name + ".mp4"); };
  if (!step("base")) return;
  CHECK(value(*step("base"), "sharpness") > value(*step("blur1"), "sharpness"));
  CHECK(value(*step("blur1"), "sharpness") > value(*step("blur3"), "sharpness"));
  CHECK(value(*step("base"), "sharpness") > value(*step("lowres"), "sharpness"));
  CHECK(value(*step("base"), "noise_level") < value(*step("noise10"), "noise_level"));
  CHECK(value(*step("noise10"), "noise_level") < value(*step("noise30"), "noise_level"));
  CHECK(value(*step("base"), "colorfulness") > 10 * value(*step("desaturated"), "colorfulness"));
}

TEST_CASE("degradation: the ladder's flaws are flagged, its base is not") {
  const std::map<std::string, std::string> expected = {
      {"flicker", "luminance_flicker"}, {"frozen", "frozen_frames"}, {"dropped_repeat", "repeated_frames"}, {"shuffled", "frame_order"}};
  const auto base = test::shared_file("data/videos/ladder/base.mp4");
  if (!base) return;
  for (const auto& score : quick(*base).scores) {
    CAPTURE(score.dimension);
    CHECK(score.flags.empty());
  }
  for (const auto& [name, dimension] : expected) {
    CAPTURE(name);
    CHECK(flagged(*test::shared_file("data/videos/ladder/" + name + ".mp4"), dimension));
  }
}

TEST_CASE("degradation: on five other clips at least 95 % of the pairs are ordered right") {
  const std::vector<std::string> clips = {"real/carphone_pristine.mp4", "real/muybridge_horse_grayscale.mp4",
                                          "ai_generated/wan21_1.3b_t2v_cat.mp4", "ai_generated/videoscore_example_temple.mp4",
                                          "real/bear_odd_161x121_vp9.webm"};
  struct Pair {
    std::string dimension;
    Video better, worse;
    bool higher_is_better;
  };
  int pairs = 0, right = 0;
  for (const auto& name : clips) {
    const auto file = test::shared_file("data/videos/" + name);
    if (!file) return;
    const auto clip = media::read_video(*file, {.first = 2, .count = 12});
    const auto blur1 = test::blurred(clip, 1.0), noise10 = test::noisy(clip, 10.0);
    const std::vector<Pair> all = {
        {"sharpness", clip, blur1, true},
        {"sharpness", blur1, test::blurred(clip, 3.0), true},
        {"noise_level", clip, noise10, false},
        {"noise_level", noise10, test::noisy(clip, 30.0), false},
        {"luminance_flicker", clip, test::flickering(clip, 20.0), false},
        {"frozen_frames", clip, test::frozen(clip), false},
        {"repeated_frames", clip, test::stuttering(clip), false},
        {"frame_order", clip, test::shuffled(clip), true},
    };
    for (const auto& pair : all) {
      const double better = value(pair.better, pair.dimension), worse = value(pair.worse, pair.dimension);
      const bool ordered = pair.higher_is_better ? better > worse : better < worse;
      ++pairs;
      right += ordered;
      if (!ordered) MESSAGE(name << ": " << pair.dimension << " " << better << " against " << worse);
    }
  }
  MESSAGE(right << " of " << pairs << " pairs are ordered right");
  CHECK(right >= 0.95 * pairs);
}
