// The static filter against its rule, written out plainly over flows of every pair.
#include <doctest/doctest.h>

#include <cmath>

#include "evaluators/vbench/checkpoints.h"
#include "evaluators/vbench/model_cache.h"
#include "models/raft/raft.h"
#include "support/clips.h"
#include "support/shared_data.h"
#include "support/vbench_checkpoints.h"

using namespace gallop;
using models::raft::Raft;

namespace {

Raft load(const std::filesystem::path& folder) {
  const c10::InferenceMode guard;
  auto map = evaluators::vbench::open_checkpoint(folder / "raft-things.safetensors", evaluators::vbench::checkpoints::raft);
  return Raft::load({}, evaluators::vbench::params_of(map));
}

// Mean of the longest trunc(2 %) flow vectors, sorted as the rule is written.
double pair_score(const Raft& raft, const Video& clip, std::int64_t from, std::int64_t to) {
  const auto image = [&](std::int64_t t) {
    const auto bytes = at::from_blob(const_cast<std::uint8_t*>(clip.frame(t).data()), {1, clip.height(), clip.width(), 3}, at::kByte);
    return raft.prepare(bytes.permute({0, 3, 1, 2}).to(at::kFloat).contiguous());
  };
  const auto flow = raft(image(from), image(to)).full;
  const auto lengths = std::get<0>(flow.square().sum(1).sqrt().flatten().sort(0, true));
  return lengths.slice(0, 0, static_cast<std::int64_t>(0.02 * static_cast<double>(lengths.numel()))).mean().item<double>();
}

bool still(const Raft& raft, const Video& clip) {
  const c10::InferenceMode guard;
  const auto last = clip.frames() - 1;
  const double threshold = 3.0 * static_cast<double>(std::min(clip.height(), clip.width())) / 256.0;
  const double allowed = std::nearbyint(static_cast<double>(clip.frames()) / 8.0);
  double count = 0;
  for (std::int64_t t = 0; t < last; ++t) count += pair_score(raft, clip, t, t + 1) > threshold;
  const double far = threshold * allowed * 2.0;
  return count <= allowed && pair_score(raft, clip, 0, last) <= far && pair_score(raft, clip, last, 0) <= far;
}

}  // namespace

TEST_CASE("static filter: agrees with the rule for slow and fast flow, and for clips so short that nothing may move") {
  for (const auto& [motion, frames] : std::vector<std::pair<double, std::int64_t>>{{1e-4, 5}, {1.0, 5}, {1e-4, 2}}) {
    const test::ScratchFolder folder;
    test::write_raft(folder.path(), motion);
    const auto clip = test::moving_square(frames, 128, 128);
    const auto result = test::score_one({.clip = clip}, "static_filter", folder.path());
    REQUIRE(result.scores.size() == 1);
    const auto& score = result.scores.front();
    CHECK(score.value == (still(load(folder.path()), clip) ? 1.0 : 0.0));
    CHECK(score.value == (motion < 0.01 && frames > 4 ? 1.0 : 0.0));  // both answers are seen
    CHECK(score.details.at("frames") == static_cast<double>(frames));
    if (score.value == 1.0) CHECK(score.parts.size() == static_cast<std::size_t>(frames - 1));
  }
}

TEST_CASE("static filter: small frames are flagged, tiny ones refused") {
  const test::ScratchFolder folder;
  test::write_raft(folder.path());
  const auto small = test::score_one({.clip = test::moving_square(3, 100, 200)}, "static_filter", folder.path());
  REQUIRE(small.scores.size() == 1);
  CHECK(small.scores[0].flags.size() == 1);
  const auto tiny = test::score_one({.clip = test::moving_square(3, 40, 200)}, "static_filter", folder.path());
  REQUIRE(tiny.problems.size() == 1);
  CHECK(tiny.problems[0].kind == ErrorKind::invalid_argument);
}

TEST_CASE("model cache: a network is loaded once, whichever place of the code asks for it") {
  const test::ScratchFolder folder;
  test::write_raft(folder.path());
  const LoadOptions options{.device = {}, .dtype = std::nullopt, .memory_limit = 0};
  using evaluators::vbench::shared_model;
  const auto first = shared_model<Raft>(folder.path(), evaluators::vbench::checkpoints::raft, options,
                                        [](const nn::Params& params) { return Raft::load({}, params); });
  const auto second = shared_model<Raft>(folder.path(), evaluators::vbench::checkpoints::raft, options,
                                         [](const nn::Params& params) { return Raft::load({}, params); });
  CHECK(first == second);
}
