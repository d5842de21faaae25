#include <doctest/doctest.h>

#include <algorithm>

#include "evaluators/registry.h"
#include "gallop/error.h"

using namespace gallop;

TEST_CASE("registry: built-in evaluators are sorted and complete in their information") {
  const auto all = evaluators::list("");
  CHECK(std::is_sorted(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.name < b.name; }));
  CHECK(evaluators::list("quick").size() >= 13);
  for (const auto& info : all) {
    CAPTURE(info.name);
    CHECK(!info.summary.empty());
    CHECK(info.low < info.high);
    CHECK(!info.profile.empty());
  }
}

TEST_CASE("registry: quick names are never VBench's") {
  const std::vector<std::string> vbench = {"subject_consistency",
                                           "background_consistency",
                                           "temporal_flickering",
                                           "motion_smoothness",
                                           "dynamic_degree",
                                           "aesthetic_quality",
                                           "imaging_quality",
                                           "object_class",
                                           "multiple_objects",
                                           "human_action",
                                           "color",
                                           "spatial_relationship",
                                           "scene",
                                           "temporal_style",
                                           "appearance_style",
                                           "overall_consistency"};
  for (const auto& info : evaluators::list("quick")) CHECK(std::find(vbench.begin(), vbench.end(), info.name) == vbench.end());
}

TEST_CASE("registry: unknown and taken names") {
  CHECK_THROWS_WITH_AS(evaluators::make("sharpnes", {}, {}), doctest::Contains("did you mean \"sharpness\""), NotFound);
  CHECK_THROWS_AS(evaluators::add({.name = "sharpness"}, [](const auto&, const auto&) { return std::unique_ptr<EvaluatorBase>(); }),
                  InvalidArgument);
  CHECK_THROWS_AS(evaluators::add({.name = ""}, [](const auto&, const auto&) { return std::unique_ptr<EvaluatorBase>(); }),
                  InvalidArgument);
}
