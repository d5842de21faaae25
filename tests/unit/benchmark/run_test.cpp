#include <doctest/doctest.h>

#include <fstream>

#include "base/check.h"
#include "base/files.h"
#include "benchmark/merge.h"
#include "benchmark/results.h"
#include "benchmark/suite_run.h"
#include "evaluators/registry.h"
#include "gallop/error.h"
#include "media/write_video.h"
#include "support/clips.h"
#include "support/shared_data.h"

using namespace gallop;

namespace {

// Counts its calls; needs a label, so that labels reach it.
int calls = 0;
class Counter final : public EvaluatorBase {
 public:
  EvaluatorInfo info() const override { return {.name = "counter", .profile = "test", .needs = {"label:x"}}; }
  std::vector<Score> score(std::span<const ClipRequest> requests, const RunOptions&) override {
    ++calls;
    return {{.dimension = "counter", .value = std::stod(requests[0].labels.at("x"))}};
  }
};

struct World {
  World() {
    static const bool once = [] {
      evaluators::add(Counter().info(), [](const auto&, const auto&) { return std::make_unique<Counter>(); });
      return true;
    }();
    (void)once;
    suite = {.name = "own", .sha256 = "0", .samples = 2};
    for (int r = 0; r < 3; ++r) {
      suite.records.push_back({.prompt = "clip " + std::to_string(r),
                               .dimensions = {"sharpness", "counter", "temporal_flickering"},
                               .labels = {{"counter", {{"x", std::to_string(r)}}}}});
      for (int s = 0; s < 2; ++s)
        media::write_video(videos() / fmt::format("clip {}-{}.mp4", r, s), test::moving_square(4 + r + s, 48, 64), {});
    }
  }
  std::filesystem::path videos() {
    std::filesystem::create_directories(folder / "videos");
    return folder / "videos";
  }
  RunPlan plan(const char* run = "run") { return {.videos = videos(), .run = folder / run, .load = {.device = {}}}; }

  test::ScratchFolder folder;
  Suite suite;
};

std::string all_text(const Results& results) {
  return results.to_json() + results.per_clip_jsonl() + results.to_csv() + results.vbench_full_info() + results.vbench_results();
}

}  // namespace

TEST_CASE("run: every clip on every dimension, and nothing twice") {
  World world;
  calls = 0;
  const auto results = benchmark::run_suite(world.suite, world.plan(), {});
  CHECK(results.complete());
  CHECK(results.rows.size() == 18);
  CHECK(calls == 6);
  CHECK(results.dimensions[1].estimate.value == doctest::Approx(1.0));
  const auto again = benchmark::run_suite(world.suite, world.plan(), {});
  CHECK(calls == 6);
  CHECK(all_text(again) == all_text(results));
  CHECK(std::filesystem::is_regular_file(world.folder / "run/results/own_eval_results.json"));
}

TEST_CASE("run: stopped anywhere, the next one goes on and ends with the same bytes") {
  World world;
  const auto whole = benchmark::run_suite(world.suite, world.plan("whole"), {});
  for (int stop_at = 0; stop_at < 6; ++stop_at) {
    const auto name = "cut" + std::to_string(stop_at);
    calls = 0;
    int ticks = 0;
    CHECK_THROWS_AS(benchmark::run_suite(world.suite, world.plan(name.c_str()),
                                         {.on_progress = [&](const Progress&) { return ticks++ == stop_at ? Flow::stop : Flow::go_on; }}),
                    Cancelled);
    const auto resumed = benchmark::run_suite(world.suite, world.plan(name.c_str()), {});
    CHECK(calls == 6);
    CHECK(all_text(resumed) == all_text(whole));
  }
}

TEST_CASE("run: shards do not overlap, merged they equal the whole") {
  World world;
  const auto whole = benchmark::run_suite(world.suite, world.plan("whole"), {});
  std::vector<std::filesystem::path> parts;
  calls = 0;
  for (int index = 0; index < 3; ++index) {
    auto plan = world.plan(("part" + std::to_string(index)).c_str());
    plan.shard = {index, 3};
    const auto part = benchmark::run_suite(world.suite, plan, {});
    CHECK_FALSE(part.complete());
    parts.push_back(plan.run);
  }
  CHECK(calls == 6);
  CHECK(all_text(benchmark::merge_runs(world.folder / "merged", parts)) == all_text(whole));
  CHECK_THROWS_AS(benchmark::merge_runs(world.folder / "merged", parts), InvalidArgument);
}

TEST_CASE("run: a clip that changed is judged again, the others are not") {
  World world;
  calls = 0;
  benchmark::run_suite(world.suite, world.plan(), {});
  media::write_video(world.videos() / "clip 1-0.mp4", test::moving_square(9, 48, 64), {});
  benchmark::run_suite(world.suite, world.plan(), {});
  CHECK(calls == 7);
  // The same bytes under the old name: the stored result is found by its content.
  std::filesystem::copy_file(world.videos() / "clip 0-0.mp4", world.folder / "keep.mp4");
  std::filesystem::remove(world.videos() / "clip 0-0.mp4");
  std::filesystem::copy_file(world.folder / "keep.mp4", world.videos() / "clip 0-0.mp4");
  benchmark::run_suite(world.suite, world.plan(), {});
  CHECK(calls == 7);
}

TEST_CASE("run: missing, damaged and unknown things are rows with a reason, never zeros") {
  World world;
  std::filesystem::remove(world.videos() / "clip 0-1.mp4");
  std::ofstream(world.videos() / "clip 1-0.mp4") << "";
  std::ofstream(world.videos() / "clip 2-0.mp4", std::ios::binary) << std::string(
      "\0\0\0\x20"
      "ftypisom garbage",
      20);
  std::ofstream(world.videos() / "Clip_0-0.mp4") << "x";
  std::ofstream(world.videos() / "clip 0-7.mp4") << "x";
  std::ofstream(world.videos() / "stranger.mp4") << "x";
  world.suite.records[0].dimensions.push_back("no_such_dimension");
  const auto found = benchmark::make_work_list(world.suite, world.plan()).found;
  CHECK(found.missing == std::vector<std::string>{"clip 0-1"});
  REQUIRE(found.unreadable.size() == 1);
  CHECK(found.unreadable[0].name == "clip 1-0.mp4");
  REQUIRE(found.misnamed.size() == 1);
  CHECK(found.misnamed[0].reason == "clip 0-0");
  CHECK(found.unused == std::vector<std::string>{"clip 0-7.mp4", "stranger.mp4"});
  REQUIRE(found.unsupported.size() == 1);
  const auto results = benchmark::run_suite(world.suite, world.plan(), {});
  CHECK_FALSE(results.complete());
  CHECK(results.dimensions[0].missing == 1);
  CHECK(results.dimensions[0].problems == 2);
  CHECK(results.dimensions[0].scored == 3);
  CHECK(results.to_json().find("clip 1-0.mp4") != std::string::npos);
}

TEST_CASE("run: VBench's folders by dimension, and a prompt that two groups share") {
  World world;
  std::filesystem::create_directories(world.videos() / "subject_consistency");
  media::write_video(world.videos() / "subject_consistency/shared-0.mp4", test::moving_square(5, 48, 64), {});
  media::write_video(world.videos() / "shared-0.mp4", test::moving_square(7, 48, 64), {});
  Suite suite{.name = "two", .sha256 = "1", .samples = 1};
  suite.records = {{.prompt = "shared", .dimensions = {"temporal_flickering"}}, {.prompt = "shared", .dimensions = {"motion_smoothness"}}};
  const auto list = benchmark::make_work_list(suite, world.plan());
  REQUIRE(list.found.units.size() == 2);
  CHECK(list.found.units[0].clip == "shared-0.mp4");
  CHECK(list.found.units[1].clip == "subject_consistency/shared-0.mp4");
}

TEST_CASE("run: a second process is told, another suite is refused") {
  World world;
  SuiteRun::Impl holder(world.suite, world.plan());
  CHECK_THROWS_AS(benchmark::run_suite(world.suite, world.plan(), {}), IoError);
  auto other = world.suite;
  other.records.pop_back();
  auto plan = world.plan();
  SuiteRun::Impl first(world.suite, world.plan("b"));
  plan.dimensions = {"sharpnes"};
  plan.run = world.folder / "c";
  CHECK_THROWS_AS(benchmark::run_suite(world.suite, plan, {}), InvalidArgument);
}

TEST_CASE("run: a dimension without its weights is a problem of each clip and is tried again") {
  World world;
  world.suite.records.resize(1);
  world.suite.records[0].dimensions = {"subject_consistency", "sharpness"};
  auto plan = world.plan();
  plan.weights = world.folder / "nothing";
  const auto results = benchmark::run_suite(world.suite, plan, {});
  CHECK(results.dimensions[0].problems == 2);
  CHECK(results.dimensions[1].complete());
  CHECK(results.rows.back().problem.message.find("dino_vitbase16_pretrain") != std::string::npos);
}
