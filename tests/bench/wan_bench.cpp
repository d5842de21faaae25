// Our side of the speed comparison: wan_bench PART FOLDER THREADS [int8]
// Reads "run", "save FILE", "peak", "gemm" from standard input, as the reference's side does.
#include <sys/resource.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <functional>
#include <iostream>

#include "base/json.h"
#include "models/umt5/encoder.h"
#include "models/wan/transformer.h"
#include "models/wan/vae.h"
#include "weights/safetensors.h"
#include "weights/shards.h"
#include "weights/weight_map.h"

namespace {

using namespace gallop;
namespace fs = std::filesystem;
using Run = std::function<at::Tensor()>;

weights::WeightMap open(const fs::path& folder) { return {weights::open_weights(weights::checkpoint_in(folder)), folder.string()}; }

Run prepare(const std::string& part, const fs::path& folder) {
  const auto inputs = weights::open_safetensors(folder / "inputs.safetensors");
  if (part == "transformer") {
    auto map = open(folder / "transformer");
    const auto config = models::wan::WanConfig::from_diffusers(base::read_json(folder / "transformer/config.json"), "config");
    const auto taken = models::wan::take_transformer(map, config);
    map.finish();
    const auto model =
        std::make_shared<models::wan::WanTransformer>(models::wan::WanTransformer::resident(config, taken, at::kFloat, at::kCPU));
    return [=] { return model->forward({inputs.at("latents"), at::full({1}, 731.0, at::kFloat), inputs.at("text"), {}}); };
  }
  if (part == "vae") {
    auto map = open(folder / "vae");
    const auto config = models::wan::WanVaeConfig::from_diffusers(base::read_json(folder / "vae/config.json"), "config");
    const auto taken = models::wan::take_vae(map, config);
    map.finish();
    const auto vae = std::make_shared<models::wan::WanVae>(config, taken, at::kFloat, at::kCPU);
    return [=] { return vae->decode(inputs.at("z")[0]); };
  }
  auto map =
      weights::WeightMap(models::umt5::encoder_tensors(weights::open_weights(weights::checkpoint_in(folder / "text_encoder"))), "text");
  const auto config = models::umt5::EncoderConfig::from_json(base::read_json(folder / "text_encoder/config.json"), "config");
  const auto encoder = std::make_shared<models::umt5::Encoder>(models::umt5::Encoder::load(config, map, at::kFloat, at::kCPU));
  map.finish();
  const auto ids = inputs.at("ids").contiguous();
  constexpr std::ptrdiff_t kSentence = 60;  // as in wan_peer.py
  const auto* first = ids.const_data_ptr<std::int64_t>();
  const std::vector<int> tokens(first, first + (part == "text" ? ids.numel() : kSentence));
  return [=] { return encoder->encode(tokens); };
}

double seconds(const std::function<void()>& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

// Seconds, and seconds of processor time, of the model's own large product.
void gemm() {
  const auto a = at::ones({4680, 1536}, at::kFloat), b = at::ones({1536, 8960}, at::kFloat);
  const auto before = std::clock();
  const double wall = seconds([&] { at::matmul(a, b); });
  std::cout << wall << ' ' << static_cast<double>(std::clock() - before) / CLOCKS_PER_SEC << std::endl;
}

void serve(const Run& run) {
  at::Tensor result;
  std::cout << "ready" << std::endl;
  for (std::string line; std::getline(std::cin, line);) {
    if (line == "run") {
      const auto before = std::clock();
      const double wall = seconds([&] { result = run(); });
      std::cout << wall << ' ' << static_cast<double>(std::clock() - before) / CLOCKS_PER_SEC << std::endl;
    }
    if (line == "gemm") gemm();
    if (line.starts_with("save ")) {
      weights::write_safetensors(line.substr(5), {{"result", result.contiguous()}});
      std::cout << "saved" << std::endl;
    }
    if (line == "peak") {
      rusage usage{};
      getrusage(RUSAGE_SELF, &usage);
      std::cout << usage.ru_maxrss * 1024L << std::endl;
    }
  }
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 4) {
    std::fprintf(stderr, "usage: wan_bench transformer|vae|text|sentence FOLDER THREADS\n");
    return 2;
  }
  try {
    const c10::InferenceMode guard;
    at::set_num_threads(std::atoi(arguments[3]));
    serve(prepare(arguments[1], arguments[2]));
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "wan_bench: %s\n", error.what());
    return 1;
  }
}
