#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "benchmark/estimates.h"
#include "benchmark/totals.h"

using namespace gallop;

namespace {

Results with_rows(std::vector<ResultRow> rows, std::size_t records, std::vector<std::string> dimensions, std::string suite = "own") {
  Results results{.suite = std::move(suite), .rows = std::move(rows)};
  for (std::size_t r = 0; r < records; ++r) results.records.push_back({.prompt = std::to_string(r), .dimensions = dimensions});
  benchmark::estimate(results, dimensions, {.replicates = 500});
  return results;
}

ResultRow scored(std::string dimension, std::size_t record, int sample, double value, std::vector<double> parts = {}) {
  ResultRow row{.dimension = std::move(dimension),
                .clip = std::to_string(record) + "-" + std::to_string(sample),
                .record = record,
                .sample = sample,
                .state = RowState::scored};
  row.score.value = value;
  row.score.parts = std::move(parts);
  return row;
}

}  // namespace

TEST_CASE("estimates: frame-weighted, clip-weighted and scaled dimensions") {
  const auto pooled =
      with_rows({scored("subject_consistency", 0, 0, 0.5, {0.5}), scored("subject_consistency", 1, 0, 0.9, {0.9, 0.9, 0.9})}, 2,
                {"subject_consistency"});
  CHECK(pooled.dimensions[0].estimate.value == doctest::Approx((0.5 + 2.7) / 4));
  const auto plain = with_rows({scored("motion_smoothness", 0, 0, 0.5, {0.5}), scored("motion_smoothness", 1, 0, 0.9, {0.9, 0.9, 0.9})}, 2,
                               {"motion_smoothness"});
  CHECK(plain.dimensions[0].estimate.value == doctest::Approx(0.7));
  const auto scaled = with_rows({scored("imaging_quality", 0, 0, 60.0)}, 1, {"imaging_quality"});
  CHECK(scaled.dimensions[0].estimate.value == doctest::Approx(0.6));
}

TEST_CASE("estimates: a dropped clip leaves both sums, a missing one leaves the dimension incomplete") {
  auto dropped = scored("color", 0, 0, std::numeric_limits<double>::quiet_NaN());
  const auto results = with_rows({dropped, scored("color", 1, 0, 0.75)}, 2, {"color"});
  CHECK(results.dimensions[0].estimate.value == 0.75);
  CHECK(results.dimensions[0].dropped == 1);
  CHECK(results.dimensions[0].complete());
  ResultRow missing{.dimension = "color", .clip = "x", .record = 1, .state = RowState::missing};
  const auto partial = with_rows({scored("color", 0, 0, 0.5), missing}, 2, {"color"});
  CHECK_FALSE(partial.dimensions[0].complete());
  CHECK(with_rows({missing}, 2, {"color"}).dimensions[0].scored == 0);
  CHECK(std::isnan(with_rows({missing}, 2, {"color"}).dimensions[0].estimate.value));
}

TEST_CASE("estimates: totals wait for every dimension and say which are lacking") {
  std::vector<ResultRow> rows;
  std::vector<std::string> names;
  for (const auto& row : normalisation_table("vbench")) names.push_back(row.dimension);
  for (const auto& name : names)
    for (std::size_t r = 0; r < 3; ++r) rows.push_back(scored(name, r, 0, name == "imaging_quality" ? 50.0 : 0.5));
  const auto whole = with_rows(rows, 3, names, "vbench");
  REQUIRE(whole.aggregates.size() == 3);
  std::map<std::string, double> raw;
  for (const auto& name : names) raw[name] = 0.5;
  CHECK(whole.aggregates[2].estimate->value == totals("vbench", raw).values.at("total"));
  rows.back().state = RowState::missing;  // overall_consistency
  const auto partial = with_rows(rows, 3, names, "vbench");
  CHECK(partial.aggregates[0].estimate.has_value());
  CHECK_FALSE(partial.aggregates[1].estimate.has_value());
  CHECK_FALSE(partial.aggregates[2].estimate.has_value());
  CHECK(partial.aggregates[2].lacking == std::vector<std::string>{"overall_consistency"});
}

TEST_CASE("estimates: bootstrap error agrees with the formula for a mean of prompts") {
  std::vector<ResultRow> rows;
  double sum = 0, square = 0;
  for (std::size_t r = 0; r < 60; ++r) {
    const double value = std::fmod(static_cast<double>(r) * 0.37, 1.0);
    sum += value;
    square += value * value;
    rows.push_back(scored("sharpness", r, 0, value));
  }
  const auto results = with_rows(rows, 60, {"sharpness"});
  const double mean = sum / 60, se = std::sqrt((square / 60 - mean * mean) / 60);
  CHECK(results.dimensions[0].estimate.se == doctest::Approx(se).epsilon(0.12));
  CHECK(results.dimensions[0].estimate.low < mean);
  CHECK(results.dimensions[0].estimate.high > mean);
  const auto again = with_rows(rows, 60, {"sharpness"});
  CHECK(again.dimensions[0].estimate.low == results.dimensions[0].estimate.low);
}
