// RAFT, AMT-S and MUSIQ at their own size against recorded values of the reference code.
#include <doctest/doctest.h>

#include "gallop/error.h"
#include "models/amt/amt.h"
#include "models/musiq/musiq.h"
#include "models/raft/raft.h"
#include "support/golden.h"
#include "support/shared_data.h"

namespace gallop {
namespace {

constexpr double kTolerance = 1e-4;

// The filled weights make flows explode without a damped head, so the recorded ones use a twentieth there.
nn::Params raft_params() {
  return test::golden_params("module.", [](const std::string& name, at::IntArrayRef shape) {
    return name.find("flow_head.conv2") != std::string::npos ? test::filled(name, shape) * 0.05 : at::Tensor();
  });
}

nn::Params amt_params() {
  return test::golden_params({}, [](const std::string& name, at::IntArrayRef shape) {
    const bool slope = shape.size() == 1 && name.ends_with(".weight");
    return slope ? test::uniform(name, shape) * 0.1 + 0.25 : at::Tensor();
  });
}

nn::Params musiq_params() {
  return test::golden_params({}, [](const std::string& name, at::IntArrayRef shape) {
    if (name == "head.weight") return test::filled(name, shape) * 20;
    return name == "head.bias" ? test::uniform(name, shape) * 0.1 + 50 : at::Tensor();
  });
}

TEST_CASE("raft: encoders, coarse and full flow match the reference") {
  const c10::InferenceMode guard;
  const auto file = test::shared_file("data/golden/vbench/raft_things.json");
  if (!file) return;
  const auto golden = base::read_json(*file);
  const auto& entry = test::named_case(golden, "raft.in128x160");
  auto model = models::raft::Raft::load({}, raft_params());
  const auto first = model.prepare(test::golden_input(entry["input"][0], 1.0, 127.5));
  const auto second = model.prepare(test::golden_input(entry["input"][1], 1.0, 127.5));
  CHECK(test::difference(first.features, entry["taps"]["fnet"]) < kTolerance);
  CHECK(test::difference(model.context(first.image), entry["taps"]["cnet"]) < kTolerance);
  const auto flow = model(first, second);
  CHECK(test::difference(flow.coarse, entry["flow_low"]) < kTolerance);
  CHECK(test::difference(flow.full, entry["flow_up"]) < kTolerance);
  model.config.iterations = 1;
  CHECK(test::difference(model(first, second).full, entry["flow_up_after_1_iteration"]) < kTolerance);
}

TEST_CASE("raft: frames too small for the correlation pyramid are refused") {
  const auto model = models::raft::Raft{};
  CHECK_THROWS_AS((void)model.prepare(at::zeros({1, 3, 120, 256})), InvalidArgument);
  CHECK_THROWS_AS((void)model.prepare(at::zeros({1, 3, 129, 256})), InvalidArgument);
}

TEST_CASE("nn: padding is centred and repeats the border") {
  const auto padded = nn::pad_to_multiple(at::arange(15, at::kFloat).view({1, 1, 3, 5}), 8);
  CHECK(padded.size(2) == 8);
  CHECK(padded.size(3) == 8);
  CHECK(padded[0][0][0][0].item<float>() == 0.0F);  // two rows and one column before
  CHECK(padded[0][0][2][1].item<float>() == 0.0F);
  CHECK(padded[0][0][2][2].item<float>() == 1.0F);
  CHECK(padded[0][0][7][7].item<float>() == 14.0F);
}

TEST_CASE("amt: the features and the middle frame match the reference") {
  const c10::InferenceMode guard;
  const auto file = test::shared_file("data/golden/vbench/amt_s.json");
  if (!file) return;
  const auto golden = base::read_json(*file);
  const auto& entry = test::named_case(golden, "amt.in128x160");
  const auto model = models::amt::Amt::load({}, amt_params());
  const auto first = test::golden_input(entry["input"][0], 1.0, 0.5), second = test::golden_input(entry["input"][1], 1.0, 0.5);
  const auto mean = at::cat({first, second}, 2).mean();
  CHECK(test::difference(model.features((first - mean).contiguous(at::MemoryFormat::ChannelsLast)), entry["taps"]["feat_encoder"]) <
        kTolerance);
  CHECK(test::difference(model(first, second), entry["output"]) < kTolerance);
}

TEST_CASE("musiq: the official size matches the reference") {
  const c10::InferenceMode guard;
  const auto file = test::shared_file("data/golden/vbench/musiq.json");
  if (!file) return;
  const auto golden = base::read_json(*file);
  const auto model = models::musiq::Musiq::load({}, musiq_params());
  for (const char* name : {"musiq.in288x512", "musiq.in100x75"}) {
    const auto& entry = test::named_case(golden, name);
    CHECK(test::difference(model(test::golden_input(entry["input"], 1.0, 0.5)), entry["output"]) < kTolerance);
  }
}

TEST_CASE("musiq: grid positions of the recorded picture") {
  const auto patches = models::musiq::multiscale_patches(at::zeros({1, 3, 288, 512}));
  const std::vector<std::int64_t> recorded = {0, 1, 2, 4, 5, 7, 8, 20, 21, 22, 24, 25, 27, 28, 50, 51};
  CHECK(patches.positions.size(0) == 256);
  for (std::size_t i = 0; i < recorded.size(); ++i)
    CHECK(patches.positions[static_cast<std::int64_t>(i)].item<std::int64_t>() == recorded[i]);
}

}  // namespace
}  // namespace gallop
