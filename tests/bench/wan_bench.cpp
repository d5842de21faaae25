// Our side of the speed comparison: wan_bench PART FOLDER THREADS
// Parts: transformer, transformer-short (a third of the tokens), transformer-int8 (8-bit weights), vae, text, sentence; and load, which
// prints how long the weights of FOLDER take until they are checked, and until all of them have been read, and ends.
// Reads "run", "save FILE", "peak", "gemm" from standard input, as the reference's side does.
#include <sys/resource.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <functional>
#include <iostream>
#include <optional>

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
  if (part.starts_with("transformer")) {
    auto map = open(folder / "transformer");
    const auto config = models::wan::WanConfig::from_diffusers(base::read_json(folder / "transformer/config.json"), "config");
    const auto taken = models::wan::take_transformer(map, config);
    map.finish();
    const auto held = part == "transformer-int8" ? models::wan::Held::int8 : models::wan::Held::plain;
    const auto model = std::make_shared<models::wan::WanTransformer>(
        models::wan::WanTransformer::resident(config, taken, at::kFloat, at::kCPU, models::wan::place_plainly, held));
    const auto latents = part == "transformer-short" ? inputs.at("latents").narrow(2, 0, 1) : inputs.at("latents");
    return [=] { return model->forward({latents, at::full({1}, 731.0, at::kFloat), inputs.at("text"), {}}); };
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

long peak_bytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss * 1024L;
}

// The weights of a transformer as a run in their own type uses them: views of the mapped file.
void load(const fs::path& folder) {
  const auto config = models::wan::WanConfig::from_diffusers(base::read_json(folder / "config.json"), "config");
  std::optional<models::wan::WanWeights> taken;
  const double ready = seconds([&] {
    auto map = open(folder);
    taken = models::wan::take_transformer(map, config);
    map.finish();
    models::wan::WanTransformer::resident(config, *taken, taken->blocks[0].self.q.weight.scalar_type(), at::kCPU);
  });
  std::uint64_t bytes = 0, sum = 0;
  const double read = seconds([&] {
    const auto touch = [&](const models::wan::TensorSlot&, at::Tensor& value) {
      const auto* start = static_cast<const unsigned char*>(value.const_data_ptr());
      for (std::size_t i = 0; i < value.nbytes(); i += 4096) sum += start[i];
      bytes += value.nbytes();
    };
    models::wan::visit(taken->globals, config, touch);
    for (std::int64_t i = 0; i < config.layers; ++i) models::wan::visit(taken->blocks[static_cast<std::size_t>(i)], i, config, touch);
  });
  std::cout << bytes << ' ' << ready << ' ' << ready + read << ' ' << peak_bytes() << ' ' << sum << std::endl;
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
    if (line == "peak") std::cout << peak_bytes() << std::endl;
  }
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 4) {
    std::fprintf(stderr, "usage: wan_bench transformer|transformer-short|transformer-int8|vae|text|sentence|load FOLDER THREADS\n");
    return 2;
  }
  try {
    const c10::InferenceMode guard;
    at::set_num_threads(std::atoi(arguments[3]));
    if (std::string(arguments[1]) == "load") {
      load(arguments[2]);
    } else {
      serve(prepare(arguments[1], arguments[2]));
    }
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "wan_bench: %s\n", error.what());
    return 1;
  }
}
