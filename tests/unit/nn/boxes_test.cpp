// Kernels of the detector: suppression and pooling, each against its plain definition.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "nn/nms.h"
#include "nn/roi_align.h"
#include "support/golden.h"

namespace gallop {
namespace {

// Corners of `count` boxes in a picture of side 100, sides up to `largest`.
at::Tensor some_boxes(const std::string& seed, std::int64_t count, double largest) {
  const auto u = (test::uniform(seed, {count, 4}) + 1.0) * 0.5;
  const auto low = u.narrow(1, 0, 2) * 100.0;
  return at::cat({low, low + u.narrow(1, 2, 2) * largest}, 1).to(at::kFloat);
}

double overlap(const at::Tensor& a, const at::Tensor& b) {
  const auto at = [](const at::Tensor& box, int i) { return box[i].item<double>(); };
  const auto area = [&](const at::Tensor& box) { return (at(box, 2) - at(box, 0)) * (at(box, 3) - at(box, 1)); };
  const double width = std::min(at(a, 2), at(b, 2)) - std::max(at(a, 0), at(b, 0)),
               height = std::min(at(a, 3), at(b, 3)) - std::max(at(a, 1), at(b, 1));
  const double shared = std::max(0.0, width) * std::max(0.0, height);
  return shared / (area(a) + area(b) - shared);
}

// The bilinear sample of one channel at (y, x), as the operator defines it.
double sample(const at::Tensor& map, double y, double x) {
  const auto height = map.size(0), width = map.size(1);
  if (y < -1.0 || x < -1.0 || y > static_cast<double>(height) || x > static_cast<double>(width)) return 0.0;
  y = std::clamp(y, 0.0, static_cast<double>(height - 1));
  x = std::clamp(x, 0.0, static_cast<double>(width - 1));
  const auto y0 = static_cast<std::int64_t>(y), x0 = static_cast<std::int64_t>(x);
  const auto y1 = std::min(y0 + 1, height - 1), x1 = std::min(x0 + 1, width - 1);
  const double dy = y - static_cast<double>(y0), dx = x - static_cast<double>(x0);
  const auto value = [&](std::int64_t row, std::int64_t column) { return map[row][column].item<double>(); };
  return value(y0, x0) * (1 - dy) * (1 - dx) + value(y0, x1) * (1 - dy) * dx + value(y1, x0) * dy * (1 - dx) + value(y1, x1) * dy * dx;
}

double pooled_cell(const at::Tensor& map, const at::Tensor& box, double scale, std::int64_t size, std::int64_t row, std::int64_t column) {
  const auto edge = [&](int i) { return box[i].item<double>() * scale - 0.5; };
  const double bin_y = (edge(3) - edge(1)) / static_cast<double>(size), bin_x = (edge(2) - edge(0)) / static_cast<double>(size);
  const auto down = static_cast<std::int64_t>(std::ceil(bin_y)), across = static_cast<std::int64_t>(std::ceil(bin_x));
  double sum = 0.0;
  for (std::int64_t i = 0; i < down; ++i)
    for (std::int64_t j = 0; j < across; ++j) {
      const double y = edge(1) + (static_cast<double>(row) + (static_cast<double>(i) + 0.5) / static_cast<double>(down)) * bin_y;
      const double x = edge(0) + (static_cast<double>(column) + (static_cast<double>(j) + 0.5) / static_cast<double>(across)) * bin_x;
      sum += sample(map, y, x);
    }
  return sum / static_cast<double>(down * across);
}

TEST_CASE("nms: small tables") {
  const auto boxes =
      at::tensor({0.0F, 0.0F, 10.0F, 10.0F, 0.0F, 0.0F, 10.0F, 9.0F, 20.0F, 0.0F, 30.0F, 10.0F, 0.0F, 0.0F, 10.0F, 5.0F}, at::kFloat)
          .view({4, 4});
  const auto scores = at::tensor({0.5F, 0.9F, 0.1F, 0.5F}, at::kFloat);
  const auto kept = [&](double threshold) {
    const auto ids = nn::nms(boxes, scores, threshold);
    return std::vector<std::int64_t>(ids.const_data_ptr<std::int64_t>(), ids.const_data_ptr<std::int64_t>() + ids.numel());
  };
  CHECK(kept(0.95) == std::vector<std::int64_t>{1, 0, 3, 2});  // equal scores in their order
  CHECK(kept(0.6) == std::vector<std::int64_t>{1, 3, 2});      // 0.9 of the first overlaps
  CHECK(kept(0.5) == std::vector<std::int64_t>{1, 2});         // so does 5 / 9 of the fourth
  CHECK(nn::nms(at::zeros({0, 4}, at::kFloat), at::zeros({0}, at::kFloat), 0.5).numel() == 0);
  // Boxes without area overlap nothing.
  CHECK(nn::nms(at::zeros({2, 4}, at::kFloat), at::zeros({2}, at::kFloat), 0.5).numel() == 2);
}

TEST_CASE("nms: no kept pair overlaps, and whatever was dropped overlaps a better kept box") {
  const auto boxes = some_boxes("nms", 80, 60.0);
  const auto scores = test::uniform("scores", {80}).to(at::kFloat);
  const auto kept = nn::nms(boxes, scores, 0.3);
  std::vector<bool> in(80);
  for (std::int64_t i = 0; i < kept.numel(); ++i) {
    in[static_cast<std::size_t>(kept[i].item<std::int64_t>())] = true;
    for (std::int64_t j = 0; j < i; ++j)
      CHECK(overlap(boxes[kept[i].item<std::int64_t>()], boxes[kept[j].item<std::int64_t>()]) <= 0.3 + 1e-6);
  }
  CHECK(kept.numel() < 80);
  for (std::int64_t box = 0; box < 80; ++box) {
    if (in[static_cast<std::size_t>(box)]) continue;
    bool beaten = false;
    for (std::int64_t i = 0; i < kept.numel(); ++i) {
      const auto other = kept[i].item<std::int64_t>();
      beaten = beaten || (scores[other].item<float>() >= scores[box].item<float>() && overlap(boxes[other], boxes[box]) > 0.3 - 1e-6);
    }
    CHECK(beaten);
  }
}

TEST_CASE("roi align: both forms give the mean of the bilinear samples, also beyond the map") {
  const auto map = test::uniform("map", {1, 3, 9, 13}).to(at::kFloat);
  // The map stands for a picture of 104 x 72; the last box reaches far beyond it, one lies outside.
  const auto beyond =
      at::tensor({-300.0F, -40.0F, 500.0F, 200.0F, 200.0F, 10.0F, 260.0F, 40.0F, 3.0F, 3.0F, 3.5F, 60.0F}, at::kFloat).view({3, 4});
  const auto boxes = at::cat({some_boxes("roi", 6, 70.0), beyond});
  const auto fast = nn::roi_align(map, boxes, 0.125, 4), plain = nn::roi_align_by_products(map, boxes, 0.125, 4);
  CHECK(fast.sizes() == at::IntArrayRef({9, 3, 4, 4}));
  CHECK((fast - plain).abs().max().item<float>() < 1e-5);
  for (std::int64_t box = 0; box < 9; ++box)
    for (std::int64_t row = 0; row < 4; ++row)
      for (std::int64_t column = 0; column < 4; ++column)
        CHECK(fast[box][1][row][column].item<double>() ==
              doctest::Approx(pooled_cell(map[0][1], boxes[box], 0.125, 4, row, column)).epsilon(1e-4));
}

TEST_CASE("roi align: boxes without extent, turned over, endless or not a number read as zero") {
  const auto map = at::ones({1, 2, 8, 8}, at::kFloat);
  const float inf = std::numeric_limits<float>::infinity(), nan = std::numeric_limits<float>::quiet_NaN();
  const auto boxes =
      at::tensor({5.0F, 5.0F, 5.0F, 9.0F, 20.0F, 20.0F, 4.0F, 4.0F, 0.0F, 0.0F, inf, 9.0F, nan, 0.0F, 9.0F, 9.0F, 0.0F, 0.0F, 3e38F, 3e38F},
                 at::kFloat)
          .view({5, 4});
  CHECK(nn::roi_align(map, boxes, 0.5, 3).abs().max().item<float>() == 0.0F);
}

}  // namespace
}  // namespace gallop
