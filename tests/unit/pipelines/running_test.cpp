// Runs: memory plans, streaming, experts, batched guidance, adapters, the guard against numbers that are none.
#include <doctest/doctest.h>

#include <limits>

#include "pipelines/wan/memory.h"
#include "pipelines/wan/options.h"
#include "support/tiny_wan.h"
#include "support/tiny_wan_model.h"
#include "tensor/arrays.h"
#include "tensor/convert.h"
#include "weights/safetensors.h"

namespace {

using namespace gallop;
namespace fs = std::filesystem;

using test::kRun;
using test::Model;
using test::open;

GenerateOptions small(const std::string& prompt = "a dog") {
  GenerateOptions options;
  options.prompt = prompt;
  options.width = options.height = 64;
  options.frames = 5;
  options.steps = 4;
  options.return_latents = true;
  return options;
}

at::Tensor latents(pipelines::PipelineBase& pipeline, const GenerateOptions& options, const RunOptions& run = kRun) {
  return tensor::view_of(*pipeline.generate(pipeline.resolve(options), base::RunMonitor(run)).latents);
}

}  // namespace

TEST_CASE("running: under the tightest limit that fits, blocks stream and the bits stay") {
  const Model model("wan2.2-t2v-a14b");
  if (!model.tokenizer) return;
  auto options = small();
  options.shift = 3.0;
  // bfloat16 files make float32 copies necessary, so that streaming has something to save.
  open(model.path())->save(model.folder / "half", DType::bfloat16, base::RunMonitor(kRun));
  const auto half = model.folder / "half";
  const auto expected = latents(*open(half), options);
  const pipelines::wan::WanParts parts(*pipelines::wan::find_files(half), {.device = {}});
  const auto resolved = open(half)->resolve(options);
  const auto free = pipelines::wan::plan_memory(parts, resolved, 0);
  CHECK(!free.stream_blocks);
  const auto least = pipelines::wan::plan_memory(parts, resolved, 1);
  CHECK(least.stream_blocks);
  CHECK(least.peak < free.peak);
  CHECK(latents(*open(half, {.device = {}, .memory_limit = least.peak}), options).equal(expected));
  CHECK_THROWS_WITH_AS(latents(*open(half, {.device = {}, .memory_limit = least.peak - 1}), options), doctest::Contains("MB are allowed"),
                       OutOfMemory);
}

TEST_CASE("running: both branches in one forward are within 1e-5") {
  const Model model("wan2.1-t2v");
  if (!model.tokenizer) return;
  const auto pipeline = open(model.path());
  auto options = small();
  const auto expected = latents(*pipeline, options);
  options.batch_guidance = true;
  CHECK((latents(*pipeline, options) - expected).abs().max().item<double>() < 1e-5);
}

TEST_CASE("running: the experts change where the boundary says, whatever the guidance of each") {
  const Model model("wan2.2-t2v-a14b");
  if (!model.tokenizer) return;
  const auto pipeline = open(model.path());
  auto options = small();
  options.guidance = 4.0;
  const auto both = latents(*pipeline, options);
  options.guidance_2 = 1.5;
  CHECK(!latents(*pipeline, options).equal(both));  // the second expert takes part
  options.guidance_2 = 4.0;
  CHECK(latents(*pipeline, options).equal(both));
}

TEST_CASE("running: adapters for one expert change it alone, and leave without a trace") {
  const Model model("wan2.2-t2v-a14b");
  if (!model.tokenizer) return;
  const auto pipeline = open(model.path());
  const auto file = model.folder / "lora.safetensors";
  weights::write_safetensors(file, {{"transformer.blocks.0.attn1.to_q.lora_A.weight", test::input("A", {4, 24}, 0.3)},
                                    {"transformer.blocks.0.attn1.to_q.lora_B.weight", test::input("B", {24, 4}, 0.5)}});
  const auto plain = latents(*pipeline, small());
  const auto with = [&](const std::string& expert) {
    const std::vector<LoraFile> loras{{.file = file, .strength = 1.0, .expert = expert}};
    pipeline->set_loras(loras);
    return latents(*pipeline, small());
  };
  const auto high = with("high"), low = with("low"), all = with("");
  CHECK(!high.equal(plain));
  CHECK(!low.equal(plain));
  CHECK(!all.equal(high));
  pipeline->set_loras({});
  CHECK(latents(*pipeline, small()).equal(plain));
  const std::vector<LoraFile> wrong{{.file = file, .strength = 1.0, .expert = "middle"}};
  CHECK_THROWS_AS(pipeline->set_loras(wrong), InvalidArgument);
  weights::write_safetensors(file, {{"transformer.blocks.7.attn1.to_q.lora_A.weight", at::zeros({4, 24})},
                                    {"transformer.blocks.7.attn1.to_q.lora_B.weight", at::zeros({24, 4})}});
  const std::vector<LoraFile> foreign{{.file = file}};
  CHECK_THROWS_AS(pipeline->set_loras(foreign), ModelError);
  CHECK(latents(*pipeline, small()).equal(plain));
}

TEST_CASE("running: a step that yields no numbers ends the run at once, and the next one works") {
  const Model model("wan2.1-t2v");
  if (!model.tokenizer) return;
  const auto pipeline = open(model.path());
  auto options = small();
  const auto expected = latents(*pipeline, options);
  auto noise = std::vector<float>(16 * 2 * 8 * 8, 0.5F);
  noise[3] = std::numeric_limits<float>::quiet_NaN();
  options.initial_noise = Array(noise, {16, 2, 8, 8});
  CHECK_THROWS_WITH_AS(latents(*pipeline, options), doctest::Contains("step 1 of 4"), ModelError);
  CHECK(latents(*pipeline, small()).equal(expected));
}

TEST_CASE("running: strength decides how much of a clip stays") {
  const Model model("wan2.1-t2v");
  if (!model.tokenizer) return;
  const auto pipeline = open(model.path());
  std::vector<std::uint8_t> pixels;
  for (int i = 0; i < 7 * 40 * 60 * 3; ++i) pixels.push_back(static_cast<std::uint8_t>((i * 7 + i / 180) % 256));
  auto options = small();
  options.frames.reset();
  options.video = Video(pixels, 7, 40, 60, 8.0);
  options.strength = 0.0;
  const auto kept = latents(*pipeline, options);
  CHECK(kept.size(1) == 2);  // seven frames: five are used
  const auto changed = [&](double strength) {
    options.strength = strength;
    return (latents(*pipeline, options) - kept).abs().mean().item<double>();
  };
  const double a = changed(0.3), b = changed(0.6), c = changed(1.0);
  CHECK(a > 0.0);
  CHECK(b > a);
  CHECK(c > b);
  options.strength = 1.5;
  CHECK_THROWS_AS(latents(*pipeline, options), InvalidArgument);
}

TEST_CASE("running: previews are small pictures that follow the clip") {
  const Model model("wan2.2-ti2v-5b");
  if (!model.tokenizer) return;
  const auto pipeline = open(model.path());
  std::vector<int> steps;
  RunOptions run;
  run.preview_every = 2;
  run.on_preview = [&](int step, const Video& frames) {
    steps.push_back(step);
    CHECK(frames.frames() == 2);
    CHECK(frames.width() == 4);
  };
  const auto with = latents(*pipeline, small(), run);
  CHECK(steps == std::vector<int>{2, 4});
  CHECK(with.equal(latents(*pipeline, small())));
}
