// Cost and memory from the shapes against the published arithmetic (single_stream.md 4.1, 4.3).
#include <doctest/doctest.h>

#include "models/single_stream/cost.h"

using namespace gallop::models::single_stream;

TEST_CASE("cost: a forward of every published setting within one percent") {
  struct Row {
    const char* name;
    Layout layout;
    bool local;
    double linear, attention, total;  // TFLOP
  };
  const Row rows[] = {{"448x256 4 s", {26, 8, 14, 101, 300}, false, 72.3, 9.0, 81.3},
                      {"448x256 5 s", {32, 8, 14, 126, 300}, false, 87.5, 13.2, 100.7},
                      {"480x256 5 s", {32, 8, 15, 126, 300}, false, 93.1, 14.9, 108.0},
                      {"448x256 10 s", {63, 8, 14, 251, 300}, false, 166, 47, 213},
                      {"896x512 5 s", {32, 16, 28, 126, 300}, false, 322.2, 178.5, 500.8},
                      {"1920x1088 4 s local", {26, 34, 60, 101, 300}, true, 1166, 1767, 2933},
                      {"1920x1088 5 s full", {32, 34, 60, 126, 300}, false, 1434, 3537, 4971},
                      {"1920x1088 5 s local", {32, 34, 60, 126, 300}, true, 1434, 2391, 3826}};
  for (const auto& row : rows) {
    CAPTURE(row.name);
    const auto config = row.local ? JointConfig::published().with_local_attention() : JointConfig::published();
    const auto cost = forward_cost(config, row.layout);
    CHECK(cost.total() / 1e12 == doctest::Approx(row.total).epsilon(0.01));
    CHECK(cost.linear / 1e12 == doctest::Approx(row.linear).epsilon(0.01));
    CHECK(cost.attention / 1e12 == doctest::Approx(row.attention).epsilon(0.015));  // 47 is printed without a decimal
  }
}

TEST_CASE("cost: pairs seen through the window, shares as published") {
  const Layout five{32, 34, 60, 126, 300}, four{26, 34, 60, 101, 300};
  const auto share = [](const Layout& layout) {
    return static_cast<double>(attention_pairs(layout, 11, layout.total())) /
           static_cast<double>(attention_pairs(layout, -1, layout.total()));
  };
  CHECK(share(five) == doctest::Approx(0.595).epsilon(0.001));
  CHECK(share(four) == doctest::Approx(0.694).epsilon(0.001));
  const Layout small{5, 1, 2, 3, 2};
  std::int64_t counted = 0;
  for (int a = 0; a < 10; ++a)
    for (int b = 0; b < 10; ++b) counted += std::abs(a / 2 - b / 2) <= 1;
  CHECK(attention_pairs(small, 1, small.total()) == counted + 10 * 5 + 5 * 15);
}

TEST_CASE("cost: weights in both types, and activations that grow with the sequence") {
  const auto config = JointConfig::published();
  CHECK(parameters(config) == 15299419152);
  CHECK(static_cast<double>(weight_bytes(config, 2)) / (1 << 30) == doctest::Approx(28.54).epsilon(0.001));
  CHECK(static_cast<double>(weight_bytes(config, 4)) / (1 << 30) == doctest::Approx(56.99).epsilon(0.001));
  const auto small = activation_bytes(config, {32, 8, 14, 126, 300}, 2, 1024),
             large = activation_bytes(config, {32, 34, 60, 126, 300}, 2, 1024);
  CHECK(small < large);
  // Residual 1.25 GiB; queries, keys, values and attention output 1.5 GiB; the rest is small because rows come in pieces.
  CHECK(static_cast<double>(large) / (1 << 30) == doctest::Approx(3.2).epsilon(0.15));
}
