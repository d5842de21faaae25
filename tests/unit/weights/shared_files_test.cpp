// Real files: the damaged ones are refused with a helpful sentence, the good ones read.
#include <doctest/doctest.h>

#include <map>

#include "base/hash.h"
#include "gallop/error.h"
#include "support/shared_data.h"
#include "weights/tensor_map.h"

using namespace gallop;

TEST_CASE("weights: every damaged file is refused, and the message says why") {
  const auto folder = test::shared_file("data/models/broken");
  if (!folder) return;
  const std::map<std::string, const char*> reasons = {
      {"bad_json.safetensors", "not valid JSON"},
      {"empty.safetensors", "is empty"},
      {"header_length_overflow.safetensors", "expected at most 100000000"},
      {"header_longer_than_file.safetensors", "cut short"},
      {"overlapping_offsets.safetensors", "inside the tensor before it"},
      {"pickle_calls_builtin.pth", "__builtin__.print"},
      {"shape_overflow.safetensors", "overflows"},
      {"truncated.pth", "cut short"},
      {"truncated_data.safetensors", "cut short"},
  };
  std::size_t seen = 0;
  for (const auto& entry : std::filesystem::directory_iterator(*folder)) {
    const auto name = entry.path().filename().string();
    CAPTURE(name);
    REQUIRE(reasons.contains(name));
    CHECK_THROWS_WITH_AS(weights::open_weights(entry.path()), doctest::Contains(reasons.at(name)), FormatError);
    ++seen;
  }
  CHECK(seen == reasons.size());
}

TEST_CASE("weights: the same tensors saved as .pth and as safetensors are equal") {
  const auto models = test::shared_file("data/models");
  if (!models) return;
  const std::map<std::string, std::string> twins = {
      {"lpips/v0.1/alex.pth", "lpips_v0.1_alex.safetensors"},
      {"lpips/v0.1/squeeze.pth", "lpips_v0.1_squeeze.safetensors"},
      {"lpips/v0.1/vgg.pth", "lpips_v0.1_vgg.safetensors"},
      {"aesthetic/sa_0_4_vit_b_32_linear.pth", "sa_0_4_vit_b_32_linear.safetensors"},
      {"aesthetic/sa_0_4_vit_l_14_linear.pth", "sa_0_4_vit_l_14_linear.safetensors"},
  };
  for (const auto& [pth, safetensors] : twins) {
    CAPTURE(pth);
    const auto one = weights::open_weights(*models / pth), other = weights::open_weights(*models / "safetensors" / safetensors);
    REQUIRE(one.size() == other.size());
    REQUIRE(!one.empty());
    for (const auto& [name, tensor] : one) CHECK(tensor.equal(other.at(name)));
  }
  CHECK(weights::open_weights(*models / "latents/test_latents_wan.pth").size() == 1);
  CHECK(weights::open_weights(*models / "taesd/taef2_decoder.pth").size() > 10);
}
