// Opening models: layouts, half-copied and mixed-up checkpoints, number types, presets.
#include <doctest/doctest.h>

#include <fstream>

#include "base/files.h"
#include "pipelines/wan/parts.h"
#include "pipelines/wan/traits.h"
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

at::Tensor latents(pipelines::PipelineBase& pipeline) {
  GenerateOptions options;
  options.prompt = "a dog";
  options.width = options.height = 64;
  options.frames = 5;
  options.steps = 2;
  options.return_latents = true;
  return tensor::view_of(*pipeline.generate(pipeline.resolve(options), base::RunMonitor(kRun)).latents);
}

void rewrite(const fs::path& file, const std::function<void(weights::TensorMap&)>& change) {
  auto tensors = weights::open_safetensors(file);
  for (auto& [name, value] : tensors) value = value.clone();
  change(tensors);
  weights::write_safetensors(file, tensors);
}

}  // namespace

TEST_CASE("loading: folders that are no model say so") {
  test::ScratchFolder folder;
  CHECK_THROWS_AS(open(folder / "absent"), NotFound);
  CHECK_THROWS_WITH_AS(open(folder.path()), doctest::Contains("known: single_stream-i2av"), Unsupported);
  std::ofstream(folder / "model_index.json") << R"({"_class_name": "WanAnimatePipeline"})";
  CHECK_THROWS_WITH_AS(open(folder.path()), doctest::Contains("relative of Wan"), Unsupported);
  CHECK_THROWS_AS(open(PipelineFiles{}), InvalidArgument);
}

TEST_CASE("loading: half-copied, mixed-up and foreign parts are named with the likely cause") {
  const Model model("wan2.1-t2v");
  if (!model.tokenizer) return;
  const auto transformer = model.path() / "transformer/diffusion_pytorch_model.safetensors";
  SUBCASE("a missing tensor") {
    rewrite(transformer, [](auto& tensors) { tensors.erase("blocks.1.ffn.net.2.weight"); });
    CHECK_THROWS_WITH_AS(open(model.path()), doctest::Contains("blocks.1.ffn.net.2.weight"), ModelError);
  }
  SUBCASE("an unexpected tensor") {
    rewrite(transformer, [](auto& tensors) { tensors["blocks.0.extra.weight"] = at::zeros({2}); });
    CHECK_THROWS_WITH_AS(open(model.path()), doctest::Contains("blocks.0.extra.weight"), ModelError);
  }
  SUBCASE("a mis-shaped tensor") {
    rewrite(transformer, [](auto& tensors) { tensors["proj_out.bias"] = at::zeros({3}); });
    CHECK_THROWS_WITH_AS(open(model.path()), doctest::Contains("expected [64]"), ModelError);
  }
  SUBCASE("a file cut short") {
    fs::resize_file(transformer, fs::file_size(transformer) / 2);
    CHECK_THROWS_AS(open(model.path()), FormatError);
  }
  SUBCASE("an absent part") {
    fs::remove(model.path() / "vae/diffusion_pytorch_model.safetensors");
    CHECK_THROWS_WITH_AS(open(model.path()), doctest::Contains("incomplete"), NotFound);
  }
  SUBCASE("the VAE of another model") {
    const Model other("wan2.2-ti2v-5b");
    fs::remove_all(model.path() / "vae");
    fs::copy(other.path() / "vae", model.path() / "vae");
    CHECK_THROWS_WITH_AS(open(model.path()), doctest::Contains("Wan 2.2 VAE"), ModelError);
  }
  SUBCASE("a text encoder of another width") {
    rewrite(transformer, [](auto& tensors) { tensors["condition_embedder.text_embedder.linear_1.weight"] = at::zeros({24, 40}); });
    auto config = base::read_json(model.path() / "transformer/config.json");
    config["text_dim"] = 40;
    std::ofstream(model.path() / "transformer/config.json") << config.dump();
    CHECK_THROWS_WITH_AS(open(model.path()), doctest::Contains("the text encoder is 32 wide"), ModelError);
  }
}

TEST_CASE("loading: separate files with original names, 8-bit floats and scales give the same clip") {
  const Model model("wan2.1-t2v");
  if (!model.tokenizer) return;
  const auto expected = latents(*open(model.path()));
  PipelineFiles files{.transformer = model.folder / "dit.safetensors",
                      .vae = model.path() / "vae/diffusion_pytorch_model.safetensors",
                      .text_encoder = model.path() / "text_encoder/model.safetensors",
                      .tokenizer = *model.tokenizer};
  fs::copy_file(model.path() / "transformer/config.json", model.folder / "config.json");
  auto tensors = weights::open_safetensors(model.path() / "transformer/diffusion_pytorch_model.safetensors");
  SUBCASE("with the prefix of repacks") {
    weights::TensorMap prefixed;
    for (const auto& [name, value] : tensors) prefixed["model.diffusion_model." + name] = value;
    weights::write_safetensors(files.transformer, prefixed);
    CHECK(latents(*open(files)).equal(expected));
  }
  SUBCASE("scaled 8-bit floats") {
    weights::TensorMap scaled;
    weights::TensorMap rounded = tensors;
    for (const auto& [name, value] : tensors) {
      if (value.dim() != 2 || !name.ends_with("to_q.weight")) {
        scaled[name] = value;
        continue;
      }
      const double scale = value.abs().max().item<double>() / 448.0;
      scaled[name] = (value / scale).to(at::kFloat8_e4m3fn);
      scaled[name.substr(0, name.size() - 6) + "scale_weight"] = at::full({}, scale, at::kFloat);
      rounded[name] = scaled[name].to(at::kFloat) * static_cast<double>(static_cast<float>(scale));
    }
    scaled["scaled_fp8"] = at::zeros({2}, at::kFloat8_e4m3fn);
    weights::write_safetensors(files.transformer, scaled);
    const auto found = latents(*open(files));
    weights::write_safetensors(files.transformer, rounded);
    CHECK((latents(*open(files)) - found).abs().max().item<double>() < 1e-5);
    CHECK((found - expected).abs().max().item<double>() < 0.5);
  }
  SUBCASE("GGUF is refused with advice") {
    files.transformer.replace_extension(".gguf");
    std::ofstream(files.transformer) << "GGUF";
    CHECK_THROWS_WITH_AS(open(files), doctest::Contains("GGUF"), Unsupported);
  }
}

TEST_CASE("loading: gallop.json names a model and its defaults; unknown words are errors") {
  const Model model("wan2.2-ti2v-5b");
  if (!model.tokenizer) return;
  std::ofstream(model.path() / "gallop.json")
      << R"({"name": "pony", "defaults": {"width": 128, "height": 96, "frames": 17, "fps": 12, "steps": 20, "guidance": 4, "shift": 3, "negative_prompt": ""}})";
  const auto pipeline = open(model.path());
  CHECK(pipeline->name() == "pony");
  const auto defaults = pipeline->defaults();
  CHECK(*defaults.width == 128);
  CHECK(*defaults.frames == 17);
  CHECK(*defaults.fps == 12.0);
  CHECK(*defaults.shift == 3.0);
  CHECK(defaults.negative_prompt->empty());
  std::ofstream(model.path() / "gallop.json") << R"({"defaults": {"size": 3}})";
  CHECK_THROWS_WITH_AS(open(model.path()), doctest::Contains("defaults.size"), FormatError);
}

TEST_CASE("loading: a bfloat16 model is close to the float32 one") {
  const Model model("wan2.1-t2v");
  if (!model.tokenizer) return;
  const auto reduced = open(model.path(), {.device = {}, .dtype = DType::bfloat16});
  CHECK(reduced->dtype() == DType::bfloat16);
  const auto a = latents(*open(model.path())).flatten(), b = latents(*reduced).flatten();
  CHECK(at::cosine_similarity(a, b, 0).item<double>() > 0.99);
}
