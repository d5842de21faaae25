// Whole pipelines against every recorded case of diffusers 0.42.1: prompts and pictures to latents and frames.
#include <doctest/doctest.h>

#include <cmath>

#include "pipelines/registry.h"
#include "support/shared_data.h"
#include "support/tiny_wan_folder.h"
#include "support/wan_golden.h"
#include "tensor/arrays.h"
#include "tensor/convert.h"
#include "weights/tensor_map.h"

namespace {

using namespace gallop;

// The gradient pictures of the recording.
Image gradient(const base::Json& size, int k) {
  const int width = size[0], height = size[1];
  std::vector<std::uint8_t> pixels;
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x) {
      pixels.push_back(static_cast<std::uint8_t>(x * 255 / (width - 1)));
      pixels.push_back(static_cast<std::uint8_t>(y * 255 / (height - 1)));
      pixels.push_back(static_cast<std::uint8_t>((7 * x + 13 * y + 50 * k) % 256));
    }
  return Image(std::move(pixels), height, width);
}

std::optional<Picture> picture(const base::Json& spec) {
  if (spec.contains("gradient")) return gradient(spec.at("gradient"), spec.value("k", 0));
  const auto file = test::shared_file("data/images/" + spec.at("file").get<std::string>());
  if (!file) return std::nullopt;
  return *file;
}

std::string nth(const base::Json& value, std::size_t index) {
  if (value.is_null()) return {};
  return value.is_array() ? value.at(index).get<std::string>() : value.get<std::string>();
}

GenerateOptions options_of(const base::Json& args, std::size_t index, const at::Tensor& noise) {
  GenerateOptions options;
  options.prompt = nth(args.at("prompt"), index);
  options.negative_prompt = nth(args.value("negative", base::Json()), index);
  options.width = args.at("width");
  options.height = args.at("height");
  options.frames = args.at("frames");
  options.steps = args.at("steps");
  options.guidance = args.at("guidance");
  if (args.contains("guidance_2")) options.guidance_2 = args.at("guidance_2");
  const auto solver = args.value("scheduler", std::string("unipc"));
  options.scheduler = solver == "dpmpp" ? "dpm++" : solver;
  options.shift = args.at("flow_shift");
  options.initial_noise = tensor::to_array(noise);
  options.return_latents = true;
  if (args.contains("image")) options.first_frame = picture(args.at("image"));
  if (args.contains("last_image")) options.last_frame = picture(args.at("last_image"));
  return options;
}

double largest(const at::Tensor& a, const at::Tensor& b) { return (a - b).abs().max().item<double>(); }

// The recording of a Wan 2.2 5B clip with a picture ends before the picture takes its place in the first latent frame again.
at::Tensor compared(const at::Tensor& latents, bool picture_is_first_latent) {
  return picture_is_first_latent ? latents.narrow(1, 1, latents.size(1) - 1) : latents;
}

// JPEG pictures are decoded by FFmpeg, the recording's by libjpeg: their colours differ by a few steps (docs/models/wan.md).
bool is_jpeg(const base::Json& args) { return args.contains("image") && args["image"].value("file", std::string()).ends_with(".jpg"); }

}  // namespace

TEST_CASE("pipelines: every recorded case, latents within 1e-4 and frames within one step") {
  const auto tokenizer = test::shared_file("reference/wan_tokenizer/tokenizer.json");
  if (!tokenizer || !test::wan_golden("wan2.1-t2v.json")) return;
  // One thread, as the recording had: small models only lose time to more.
  const int threads = at::get_num_threads();
  at::set_num_threads(1);
  int cases = 0;
  for (const auto* model : {"wan2.1-t2v", "wan2.1-i2v", "wan2.1-flf2v", "wan2.2-ti2v-5b", "wan2.2-t2v-a14b", "wan2.2-i2v-a14b"}) {
    const auto golden = test::wan_golden(std::string(model) + ".json");
    const auto tensors = weights::open_weights(*test::shared_file("data/golden/wan/" + std::string(model) + ".safetensors"));
    const test::ScratchFolder folder;
    test::write_tiny_wan(folder.path(), model, *tokenizer);
    const RunOptions run;
    const base::RunMonitor monitor(run);
    const auto pipeline = pipelines::open_pipeline(folder.path(), {.device = {}}, monitor);
    CHECK(pipeline->name() == model);
    for (const auto& item : golden->at("cases")) {
      const auto& args = item.at("args");
      const std::string name = item.at("name");
      const auto noise = tensors.at(name + ".noise"), expected = tensors.at(name + ".latents_last");
      double latents = 0.0, frames = 0.0, share = 0.0;
      for (std::int64_t i = 0; i < noise.size(0); ++i) {
        const auto options = pipeline->resolve(options_of(args, static_cast<std::size_t>(i), noise[i]));
        const auto made = pipeline->generate(options, monitor);
        const bool first = std::string(model) == "wan2.2-ti2v-5b" && options.first_frame;
        latents = std::max(latents, largest(compared(tensor::view_of(*made.latents), first), compared(expected[i], first)));
        const auto found = tensors.find(name + ".frames_u8." + std::to_string(i));
        REQUIRE(found != tensors.end());
        const auto gap = (tensor::view_of(made.video).to(at::kFloat) - found->second.to(at::kFloat)).abs();
        frames = std::max(frames, gap.max().item<double>());
        share = std::max(share, gap.gt(0).to(at::kFloat).mean().item<double>());
        const auto spread = tensor::view_of(made.video).to(at::kFloat).var().sqrt().item<double>();
        CHECK_MESSAGE(spread > 20.0, name);
      }
      MESSAGE(std::string(model) << " " << name << ": latents " << latents << ", frames differ by " << frames << " in " << 100.0 * share
                                 << " %");
      CAPTURE(name);
      CHECK(latents < (is_jpeg(args) ? 0.2 : 1e-4));
      CHECK(frames <= (is_jpeg(args) ? 10.0 : 1.0));
      if (!is_jpeg(args)) CHECK(share < 0.001);
      ++cases;
    }
  }
  CHECK(cases == 27);
  at::set_num_threads(threads);
}
