// The joint transformer against values recorded from the published implementation on the same weights
// (single_stream.md 5.3: commit 209209b, run on the CPU; float32 rows with its bfloat16 replaced).
#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <string>

#include "gallop/error.h"
#include "support/hashed.h"
#include "support/tiny_single_stream.h"

namespace {

using namespace gallop;
using namespace gallop::models::single_stream;

struct Recorded {
  std::string name;
  at::ScalarType dtype;
  bool local;
  TextPositions text;
  double video_rms, video_mean;
  std::array<double, 4> first, middle;  // v[0, 0, 0, :4] and v[47, 4, 3, 2:6]
  double audio_rms, audio_mean;
  std::array<double, 4> audio;  // a[0, :4]
};

constexpr auto kBase = TextPositions::origin, kRefiner = TextPositions::spread;
const Recorded kRows[] = {
    {"f32 full v2",
     at::kFloat,
     false,
     kBase,
     1.008257,
     -.065551,
     {-2.056867, .647592, -.040640, 1.283435},
     {-1.442785, .297625, 1.003508, -.086737},
     1.009474,
     -.070872,
     {1.009490, .361413, -.182024, -.147364}},
    {"f32 full v1",
     at::kFloat,
     false,
     kRefiner,
     1.008245,
     -.065407,
     {-2.046897, .638701, -.050751, 1.289664},
     {-1.472895, .279474, .981503, -.088971},
     1.010180,
     -.070435,
     {1.009638, .356180, -.192096, -.154917}},
    {"f32 local v2",
     at::kFloat,
     true,
     kBase,
     1.006901,
     -.063703,
     {-1.985731, .613345, -.004845, 1.599787},
     {-1.400486, .278699, .893041, -.087188},
     1.009191,
     -.070902,
     {1.006388, .382015, -.229883, -.155985}},
    {"f32 local v1",
     at::kFloat,
     true,
     kRefiner,
     1.006856,
     -.063587,
     {-1.973008, .603341, -.016952, 1.606684},
     {-1.438947, .264317, .870439, -.091851},
     1.009921,
     -.070518,
     {1.007489, .377584, -.240574, -.164225}},
    {"bf16 full v2",
     at::kBFloat16,
     false,
     kBase,
     1.008291,
     -.065418,
     {-2.049850, .656183, -.032982, 1.273844},
     {-1.442585, .308657, 1.003870, -.085712},
     1.009392,
     -.070822,
     {1.001070, .347629, -.187175, -.145469}},
    {"bf16 full v1",
     at::kBFloat16,
     false,
     kRefiner,
     1.008095,
     -.065399,
     {-2.035752, .644749, -.036238, 1.285436},
     {-1.467906, .282681, .966643, -.081504},
     1.010005,
     -.070254,
     {1.010314, .360780, -.198183, -.160654}},
    {"bf16 local v2",
     at::kBFloat16,
     true,
     kBase,
     1.006921,
     -.063785,
     {-1.980919, .624861, -.006100, 1.585941},
     {-1.412300, .283638, .885484, -.092624},
     1.009072,
     -.070914,
     {.992441, .372507, -.231416, -.159582}},
    {"bf16 local v1",
     at::kBFloat16,
     true,
     kRefiner,
     1.006936,
     -.063660,
     {-1.983086, .601542, -.015734, 1.603188},
     {-1.443997, .269375, .875365, -.092409},
     1.009926,
     -.070412,
     {1.006363, .377226, -.240044, -.168474}},
};

double gap(const at::Tensor& found, const std::array<double, 4>& recorded) {
  double worst = 0.0;
  for (std::int64_t i = 0; i < 4; ++i) worst = std::max(worst, std::abs(found[i].item<double>() - recorded[static_cast<std::size_t>(i)]));
  return worst;
}
double rms(const at::Tensor& x) { return std::sqrt(x.to(at::kDouble).square().mean().item<double>()); }
double mean(const at::Tensor& x) { return x.to(at::kDouble).mean().item<double>(); }

}  // namespace

TEST_CASE("hashed weights are those of the recorded runs") {
  CHECK(gap(test::hashed(0, {4}, 1.0), {-.123747, -.951990, -.961634, -.532734}) < 1e-6);
  CHECK(gap(test::hashed(1000, {4}, std::sqrt(3.0)), {-1.494937, 1.469401, .852751, .672236}) < 1e-6);
}

TEST_CASE("transformer: the eight recorded runs") {
  for (const auto& row : kRows) {
    CAPTURE(row.name);
    auto transformer = test::make_joint(test::tiny_joint_config(row.local), row.dtype);
    auto input = test::tiny_joint_input();
    input.text_positions = row.text;
    const auto v = transformer.forward(input);
    // float32: printed digits and summation order. bfloat16: two roundings of differently ordered sums.
    const double each = row.dtype == at::kFloat ? 1e-5 : 2e-2, whole = row.dtype == at::kFloat ? 3e-6 : 4e-4;
    CHECK(gap(v.video[0][0][0], row.first) < each);
    CHECK(gap(v.video[47][4][3].narrow(0, 2, 4), row.middle) < each);
    CHECK(gap(v.audio[0], row.audio) < each);
    CHECK(std::abs(rms(v.video) - row.video_rms) < whole);
    CHECK(std::abs(mean(v.video) - row.video_mean) < whole);
    CHECK(std::abs(rms(v.audio) - row.audio_rms) < whole);
    CHECK(std::abs(mean(v.audio) - row.audio_mean) < whole);
    if (row.dtype == at::kFloat && !row.local && row.text == kBase)
      CHECK(gap(v.audio[16].narrow(0, 60, 4), {.587542, 1.230979, -.570297, 2.030099}) < each);
    MESSAGE(row.name << ": worst recorded value off by "
                     << std::max({gap(v.video[0][0][0], row.first), gap(v.video[47][4][3].narrow(0, 2, 4), row.middle),
                                  gap(v.audio[0], row.audio)}));
  }
}

TEST_CASE("rotation: recorded rows of the same run") {
  const Layout layout{5, 2, 3, 17, 11};
  const auto turned = rotation(positions(layout, TextPositions::origin), 4);
  CHECK(gap(turned.sine[7].narrow(0, 0, 4), {.841471, .099833, .01, .001}) < 1e-6);
  CHECK(gap(turned.sine[7].narrow(0, 4, 4), {-.479426, -.049979, -.005, -.0005}) < 1e-6);
  CHECK(gap(turned.sine[7].narrow(0, 8, 4), {0, 0, 0, 0}) < 1e-6);
  CHECK(gap(turned.sine[30 + 3].narrow(0, 0, 4), {.681639, .074930, .0075, .00075}) < 1e-6);
  CHECK(turned.sine[33].narrow(0, 4, 8).abs().max().item<double>() == 0.0);
  CHECK(((turned.sine.square() + turned.cosine.square()) - 1.0).abs().max().item<double>() < 1e-6);
}

TEST_CASE("transformer: streamed blocks give the bits of resident ones") {
  const auto config = test::tiny_joint_config(true);
  const auto weights = test::tiny_joint_weights(config);
  auto resident = JointTransformer::resident(config, weights, at::kFloat, at::kCPU);
  auto streamed = JointTransformer::streamed(config, weights, at::kFloat, at::kCPU);
  const auto input = test::tiny_joint_input();
  const auto expected = resident.forward(input);
  for (int run = 0; run < 2; ++run) {
    const auto found = streamed.forward(input);
    CHECK(found.video.equal(expected.video));
    CHECK(found.audio.equal(expected.audio));
  }
}

TEST_CASE("transformer: rows in pieces give the whole's values") {
  auto transformer = test::make_joint(test::tiny_joint_config());
  const auto input = test::tiny_joint_input();
  const auto whole = transformer.forward(input);
  for (const std::int64_t rows : {7, 16}) {
    transformer.set_chunk_rows(rows);
    const auto pieces = transformer.forward(input);
    CHECK((pieces.video - whole.video).abs().max().item<double>() < 1e-5);
    CHECK((pieces.audio - whole.audio).abs().max().item<double>() < 1e-5);
  }
}

TEST_CASE("transformer: the base model does not see the order of text rows, super-resolution does") {
  auto transformer = test::make_joint(test::tiny_joint_config());
  auto input = test::tiny_joint_input();
  const auto once = transformer.forward(input).video;
  auto turned = input;
  turned.text = input.text.flip(0);
  CHECK((transformer.forward(turned).video - once).abs().max().item<double>() < 1e-4);
  input.text_positions = turned.text_positions = TextPositions::spread;
  CHECK((transformer.forward(turned).video - transformer.forward(input).video).abs().max().item<double>() > 1e-3);
}

TEST_CASE("transformer: a stop between layers leaves it usable") {
  auto transformer = test::make_joint(test::tiny_joint_config());
  const auto input = test::tiny_joint_input();
  const auto expected = transformer.forward(input).video;
  int blocks = 0;
  JointHooks stopping;
  stopping.between_blocks = [&] {
    if (++blocks == 3) throw Cancelled("stop");
  };
  CHECK_THROWS_AS(transformer.forward(input, stopping), Cancelled);
  CHECK(blocks == 3);
  CHECK(transformer.forward(input).video.equal(expected));
}
