// Mutated checkpoints for the safetensors and torch readers: each must be read or refused with an error of the library,
// in bounded time and memory, whatever the bytes. Deterministic: input i depends on i alone.
//
//   weights_fuzz [INPUTS [FIRST]]     INPUTS (default 20000, or GALLOP_FUZZ_ROUNDS) per container, from number FIRST
#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <functional>
#include <random>

#include "base/files.h"
#include "gallop/error.h"
#include "support/shared_data.h"
#include "support/zip_text.h"
#include "weights/safetensors.h"
#include "weights/tensor_map.h"

using namespace gallop;
using Generator = std::mt19937_64;

namespace {

using namespace std::string_view_literals;

std::size_t below(Generator& random, std::size_t limit) { return limit == 0 ? 0 : random() % limit; }

// Numbers that break size arithmetic, and bytes that mean something to JSON, zip and pickle.
void change(std::string& bytes, Generator& random, std::string_view words) {
  static constexpr std::uint64_t kEdges[] = {
      0, 1, 7, 8, 0x7F, 0x80, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 0x7FFFFFFFFFFFFFFF, 0xFFFFFFFFFFFFFFFF};
  const auto at = below(random, bytes.size());
  switch (random() % 8) {
    case 0:
      bytes[at] = static_cast<char>(bytes[at] ^ (1 << (random() % 8)));
      break;
    case 1:
      bytes[at] = static_cast<char>(random());
      break;
    case 2:
      bytes[at] = words[below(random, words.size())];
      break;
    case 3:
      bytes.insert(at, 1 + random() % 9, words[below(random, words.size())]);
      break;
    case 4:
      bytes.erase(at, 1 + random() % 9);
      break;
    case 5:
      bytes.resize(at);
      break;
    case 6: {
      const auto length = std::min<std::size_t>(1 + random() % 64, bytes.size() - at);
      bytes.insert(below(random, bytes.size()), bytes.substr(at, length));
      break;
    }
    default: {
      const auto edge = test::little(kEdges[random() % std::size(kEdges)], 1 << (random() % 4));
      bytes.replace(at, std::min(edge.size(), bytes.size() - at), edge);
    }
  }
}

std::string mutated(const std::vector<std::string>& seeds, std::uint64_t number, std::string_view words) {
  Generator random(number * 0x9E3779B97F4A7C15ULL + 1);
  auto bytes = seeds[number % seeds.size()];
  for (auto changes = random() % 2 == 0 ? 1 : 1 + random() % 6; changes > 0 && !bytes.empty(); --changes) change(bytes, random, words);
  return bytes;
}

std::vector<std::string> safetensors_seeds(const std::filesystem::path& folder) {
  weights::TensorMap tensors{{"layer.weight", at::arange(12, at::kFloat).view({3, 4})},
                             {"layer.bias", at::ones({3}, at::kBFloat16)},
                             {"count", at::scalar_tensor(3, at::kLong)},
                             {"none", at::empty({0, 2}, at::kHalf)}};
  weights::write_safetensors(folder / "seed.safetensors", tensors, {{"format", "pt"}});
  return {base::read_text(folder / "seed.safetensors"),
          test::safetensors_bytes(
              R"({"a":{"dtype":"U8","shape":[2,2],"data_offsets":[0,4]},"b":{"dtype":"F64","shape":[],"data_offsets":[4,12]}})", 12)};
}

std::string with(const std::string& dict, std::string_view name, const std::string& value) {
  return dict + test::pickle_text(name) + value + "s";
}

std::vector<std::string> torch_seeds() {
  const auto weight = test::pickle_tensor("0", 12, 0, {3, 4}, {4, 1}), bias = test::pickle_tensor("0", 12, 4, {3}, {1});
  const auto body = with(with("}q\x01", "state_dict", with(with("}", "w", weight), "b", bias)), "epoch", "K\x07");
  const auto script = "c__torch__.m\nModel\n)\x81" + with(with("}", "w", weight), "training", "\x89") + "b";
  std::vector<std::string> seeds{test::torch_zip(body, std::string(48, 'x')), test::torch_zip(body, std::string(48, 'x'), true),
                                 test::torch_zip(script, std::string(48, 'y'))};
  // The old stream: mark, version, machine, description, keys, storages.
  seeds.push_back(test::pickled("\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19") + test::pickled("M\xe9\x03") + test::pickled("}") +
                  test::pickled(body) + test::pickled("](" + test::pickle_text("0") + "e") + test::little(12, 8) + std::string(48, 'z'));
  return seeds;
}

struct Tally {
  std::uint64_t read = 0, refused = 0;
  double slowest = 0.0;
};

// Reads the input; every byte of every tensor is touched, so that a view past its file shows.
void feed(const std::filesystem::path& file, const std::string& bytes, Tally& tally) {
  test::write_bytes(file, bytes);  // a fresh file: rewriting one in place waits for the disk
  const auto start = std::chrono::steady_clock::now();
  try {
    for (const auto& [name, tensor] : weights::open_weights(file))
      if (tensor.numel() > 0) (void)tensor.contiguous().flatten().view(at::kByte).to(at::kLong).sum().item<std::int64_t>();
    ++tally.read;
  } catch (const gallop::Error&) {
    ++tally.refused;
  }
  tally.slowest = std::max(tally.slowest, std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
}

long peak_megabytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss / 1024;
}

}  // namespace

int main(int count, char** arguments) {
  const char* named = std::getenv("GALLOP_FUZZ_ROUNDS");
  const auto inputs = std::strtoull(count > 1 ? arguments[1] : named != nullptr ? named : "20000", nullptr, 10);
  const auto first = count > 2 ? std::strtoull(arguments[2], nullptr, 10) : 0;
  const test::ScratchFolder folder;
  at::set_num_threads(1);
  const struct {
    const char* name;
    std::vector<std::string> seeds;
    std::string_view words;
    const char* file;
  } containers[] = {
      {"safetensors", safetensors_seeds(folder.path()), R"({}[]":,\0123456789-.eEtfn )", "x.safetensors"},
      {"torch", torch_seeds(), "(.)]}0123NR\x85\x86\x87\x81\x80\x8a\x93\x94QRXKMJGabcdehjlqrstu\n\0PK\x01\x02\x03\x04\x05\x06"sv, "x.pth"},
  };
  const auto start = peak_megabytes();
  int failures = 0;
  for (const auto& container : containers) {
    for (const auto& seed : container.seeds) {
      Tally whole;
      feed(folder / container.file, seed, whole);
      if (whole.read != 1) ++failures, fmt::print("FAILED: an unchanged {} seed was refused\n", container.name);
    }
    Tally tally;
    for (auto number = first; number < first + inputs; ++number) {
      try {
        feed(folder / container.file, mutated(container.seeds, number, container.words), tally);
      } catch (const std::exception& error) {
        ++failures;
        fmt::print("FAILED: {} input {}: not an error of the library: {}\n", container.name, number,
                   std::string_view(error.what()).substr(0, 200));
      }
    }
    const auto grown = peak_megabytes() - start;
    fmt::print("{}: {} inputs, {} read, {} refused, slowest {:.3f} s, memory grew by {} MB\n", container.name, inputs, tally.read,
               tally.refused, tally.slowest, grown);
    if (tally.slowest > 5.0 || grown > 1024) ++failures, fmt::print("FAILED: {} took too long or too much memory\n", container.name);
    if (inputs >= 1000 && (tally.read == 0 || tally.refused < inputs / 10))
      ++failures, fmt::print("FAILED: {} inputs are not worth the name\n", container.name);
  }
  return failures == 0 ? 0 : 1;
}
