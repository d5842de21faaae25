// The published aesthetic heads on the published embeddings, against the recorded outputs.
#include <doctest/doctest.h>

#include <cstring>
#include <sstream>

#include "base/files.h"
#include "evaluators/vbench/checkpoints.h"
#include "nn/layers.h"
#include "support/shared_data.h"

using namespace gallop;

namespace {

// float32 [1, N] of a .npy file, format 1: ten bytes, the header's length among them, the header, the values.
at::Tensor read_npy(const std::filesystem::path& file) {
  const auto bytes = base::read_text(file);
  REQUIRE(bytes.substr(1, 5) == "NUMPY");
  REQUIRE(bytes.find("'<f4'") != std::string::npos);
  const auto start = 10 + static_cast<std::size_t>(static_cast<unsigned char>(bytes[8])) +
                     256 * static_cast<std::size_t>(static_cast<unsigned char>(bytes[9]));
  auto values = at::empty({1, static_cast<std::int64_t>((bytes.size() - start) / 4)}, at::kFloat);
  std::memcpy(values.mutable_data_ptr<float>(), bytes.data() + start, values.nbytes());
  return values;
}

// A head is one linear layer, or a chain of them (layers.0, layers.2 ...) without anything between.
double output_of(const weights::TensorMap& head, at::Tensor embedding) {
  if (head.contains("weight")) return nn::Linear{head.at("weight"), head.at("bias")}(embedding).item<double>();
  for (int layer = 0; layer < 16; ++layer) {
    const auto place = fmt::format("layers.{}.", layer);
    if (head.contains(place + "weight")) embedding = nn::Linear{head.at(place + "weight"), head.at(place + "bias")}(embedding);
  }
  return embedding.item<double>();
}

}  // namespace

TEST_CASE("aesthetic heads: the recorded output for every rating embedding") {
  const auto table = test::shared_file("data/models/aesthetic/expected_head_outputs.csv");
  if (!table) return;
  const auto folder = table->parent_path();
  std::istringstream lines(base::read_text(*table));
  std::string line;
  std::getline(lines, line);  // the head
  int checked = 0;
  while (std::getline(lines, line)) {
    std::vector<std::string> fields;
    for (std::istringstream row(line); std::getline(row, line, ',');) fields.push_back(line);
    REQUIRE(fields.size() == 5);
    const auto head = weights::open_weights(folder / fields[0]);
    const auto embedding = read_npy(folder / fields[1]);
    const auto unit = embedding / embedding.norm(2, 1, true);
    CHECK(embedding.norm().item<double>() == doctest::Approx(std::stod(fields[2])).epsilon(1e-5));
    CHECK(std::abs(output_of(head, embedding) - std::stod(fields[3])) < 2e-5);
    CHECK(std::abs(output_of(head, unit) - std::stod(fields[4])) < 2e-5);
    ++checked;
  }
  CHECK(checked >= 20);
}

TEST_CASE("aesthetic head: the published constants of VBench's file") {
  const auto file = test::shared_file("data/models/aesthetic/sa_0_4_vit_l_14_linear.pth");
  if (!file) return;
  auto map = evaluators::vbench::open_checkpoint(*file, evaluators::vbench::checkpoints::aesthetic_head);
  const auto head = nn::Linear::load(evaluators::vbench::params_of(map), 768, 1);
  CHECK(head.bias.item<double>() == doctest::Approx(3.529371738433838));
  CHECK(head.weight[0][1].item<double>() == doctest::Approx(-2.85126686));
  CHECK(head.weight.norm().item<double>() == doctest::Approx(28.4443958));
}
