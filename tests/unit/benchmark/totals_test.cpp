#include <doctest/doctest.h>

#include "gallop/benchmark.h"
#include "gallop/error.h"

using namespace gallop;

namespace {

std::map<std::string, double> all_at(const char* suite, double value) {
  std::map<std::string, double> scores;
  for (const auto& row : normalisation_table(suite)) scores[row.dimension] = value;
  return scores;
}

}  // namespace

TEST_CASE("totals: the recorded values of the published table") {
  const auto mixed = totals("vbench", {{"subject_consistency", .95},
                                       {"background_consistency", .96},
                                       {"temporal_flickering", .98},
                                       {"motion_smoothness", .98},
                                       {"dynamic_degree", .6},
                                       {"aesthetic_quality", .6},
                                       {"imaging_quality", .65},
                                       {"object_class", .9},
                                       {"multiple_objects", .7},
                                       {"human_action", .95},
                                       {"color", .85},
                                       {"spatial_relationship", .7},
                                       {"scene", .5},
                                       {"appearance_style", .2},
                                       {"temporal_style", .24},
                                       {"overall_consistency", .26}});
  CHECK(mixed.values.at("quality") == doctest::Approx(0.8189674065010943).epsilon(1e-15));
  CHECK(mixed.values.at("semantic") == doctest::Approx(0.7534810303466393).epsilon(1e-15));
  CHECK(mixed.values.at("total") == doctest::Approx(0.8058701312702035).epsilon(1e-15));
  CHECK(totals("vbench", all_at("vbench", 0)).values.at("total") == doctest::Approx(-0.5717484478319304).epsilon(1e-15));
  CHECK(totals("vbench", all_at("vbench", 1)).values.at("total") == doctest::Approx(1.1393065636175588).epsilon(1e-15));
}

TEST_CASE("totals: image to video") {
  const auto result = totals("vbench-i2v", {{"camera_motion", .5},
                                            {"i2v_subject", .97},
                                            {"i2v_background", .96},
                                            {"subject_consistency", .95},
                                            {"background_consistency", .96},
                                            {"motion_smoothness", .98},
                                            {"dynamic_degree", .5},
                                            {"aesthetic_quality", .6},
                                            {"imaging_quality", .7},
                                            {"temporal_flickering", .9}});
  CHECK(result.values.at("i2v") == doctest::Approx(0.9336662475869839).epsilon(1e-15));
  CHECK(result.values.at("quality") == doctest::Approx(0.7958618409077235).epsilon(1e-15));
  CHECK(result.values.at("total") == doctest::Approx(0.8647640442473536).epsilon(1e-15));
}

TEST_CASE("totals: a missing dimension is named and never a zero") {
  auto scores = all_at("vbench", 0.5);
  scores.erase("scene");
  const auto result = totals("vbench", scores);
  CHECK(result.lacking == std::vector<std::string>{"scene"});
  CHECK(result.values.contains("quality"));
  CHECK_FALSE(result.values.contains("semantic"));
  CHECK_FALSE(result.values.contains("total"));
  CHECK_THROWS_AS(totals("own", {}), InvalidArgument);
}
