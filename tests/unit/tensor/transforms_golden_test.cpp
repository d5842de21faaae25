// The named transforms against recorded values: package vbench 0.1.5 on torchvision 0.28.0, Pillow 13.0.0,
// OpenCV 4.10.0.84. Byte kernels must agree exactly; float results to 2e-6 absolute (values are below 4, torch rounds
// in float32).
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "base/hash.h"
#include "base/json.h"
#include "gallop/error.h"
#include "support/shared_data.h"
#include "tensor/image_transforms.h"

using namespace gallop;
using base::Json;

namespace {

std::uint32_t fnv1a(std::string_view text) {
  std::uint32_t hash = 2166136261U;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619U;
  return hash;
}

// Element `index` of the seeded noise in [-1, 1) that the recorded images are made from.
double noise(std::uint32_t index, std::uint32_t seed) {
  std::uint32_t u = (index + 1) * 2654435761U + seed;
  u = (u ^ (u >> 15)) * 2246822519U;
  u = (u ^ (u >> 13)) * 3266489917U;
  u ^= u >> 16;
  return static_cast<double>(u) / 2147483648.0 - 1.0;
}

at::Tensor recorded_image(std::int64_t height, std::int64_t width, const std::string& seed_name) {
  const auto seed = fnv1a(seed_name);
  auto image = at::empty({1, height, width, 3}, at::kByte);
  auto* out = image.mutable_data_ptr<std::uint8_t>();
  std::uint32_t index = 0;
  for (std::int64_t y = 0; y < height; ++y)
    for (std::int64_t x = 0; x < width; ++x)
      for (int c = 0; c < 3; ++c, ++index) {
        const double value = std::floor(127.5 + 60.0 * std::sin(0.11 * static_cast<double>(x) + c) +
                                        40.0 * std::cos(0.07 * static_cast<double>(y)) + 28.0 * noise(index, seed));
        out[index] = static_cast<std::uint8_t>(std::clamp(value, 0.0, 255.0));
      }
  return image;
}

std::string hash_of(const at::Tensor& tensor) {
  const auto plain = tensor.contiguous();
  return base::sha256_hex({static_cast<const std::byte*>(plain.const_data_ptr()), plain.nbytes()});
}

void check_summary(const at::Tensor& value, const Json& expected, const char* what) {
  const std::string transform = what;
  CAPTURE(transform);
  const auto flat = value.contiguous().to(at::kDouble).flatten();
  auto shape = expected["shape"].get<std::vector<std::int64_t>>();
  std::int64_t count = 1;
  for (const auto side : shape) count *= side;
  REQUIRE(flat.numel() == count);
  CHECK(value.size(-1) == shape.back());
  const auto* numbers = flat.const_data_ptr<double>();
  const double tolerance = value.abs().max().item<double>() > 16 ? 1e-4 : 2e-6;
  for (std::size_t i = 0; i < 8; ++i) {
    CHECK(std::abs(numbers[i] - expected["first"][i].get<double>()) <= tolerance);
    CHECK(std::abs(numbers[static_cast<std::size_t>(count) - 8 + i] - expected["last"][i].get<double>()) <= tolerance);
  }
  CHECK(std::abs(flat.mean().item<double>() - expected["mean"].get<double>()) <= tolerance / 2);
  CHECK(std::abs(flat.abs().mean().item<double>() - expected["mean_abs"].get<double>()) <= tolerance / 2);
}

}  // namespace

TEST_CASE("transforms: all named transforms give the recorded values") {
  const auto file = test::shared_file("data/golden/vbench/transforms.json");
  if (!file) return;
  const auto golden = base::read_json(*file);
  REQUIRE(golden["cases"].size() >= 5);
  for (const auto& item : golden["cases"]) {
    const auto seed_name = item["seed_name"].get<std::string>();
    CAPTURE(seed_name);
    const auto image = recorded_image(item["size"][0], item["size"][1], seed_name);
    REQUIRE(hash_of(image) == item["image_sha256"].get<std::string>());
    const tensor::ImageSize size{image.size(1), image.size(2)};
    CHECK(hash_of(tensor::resize_pillow(image, tensor::short_side_size(size, 224), tensor::PillowFilter::bicubic)) ==
          item["pillow_bicubic_short_224"]["sha256"].get<std::string>());
    CHECK(hash_of(tensor::resize_opencv(image, tensor::short_side_size(size, 256))) ==
          item["opencv_linear_short_256"]["sha256"].get<std::string>());
    check_summary(tensor::dino_tensor_224(image), item["dino_tensor_224"], "dino");
    check_summary(tensor::clip_tensor_224(image, tensor::ClipInput::from_float), item["clip_tensor_224_float"], "clip float");
    check_summary(tensor::clip_tensor_224(image, tensor::ClipInput::from_uint8), item["clip_tensor_224_uint8"], "clip uint8");
    check_summary(tensor::clip_image_224(image), item["clip_image_224"], "clip image");
    check_summary(tensor::tag2text_384(image), item["tag2text_384"], "tag2text");
    check_summary(tensor::umt_224(image), item["umt_224"], "umt");
    check_summary(tensor::musiq_tensor(image, tensor::MusiqScale::longer), item["musiq_longer"], "musiq longer");
    check_summary(tensor::musiq_tensor(image, tensor::MusiqScale::shorter), item["musiq_shorter"], "musiq shorter");
    check_summary(tensor::musiq_tensor(image, tensor::MusiqScale::shorter_center_crop), item["musiq_shorter_centercrop"],
                  "musiq centre crop");
    check_summary(tensor::musiq_tensor(image, tensor::MusiqScale::none), item["musiq_None"], "musiq none");
    if (item.contains("grit_prescale_uint8")) {
      check_summary(tensor::grit_tensor(image, true), item["grit_prescale_tensor_antialias_on"], "grit antialias");
      check_summary(tensor::grit_tensor(image, false), item["grit_prescale_tensor_antialias_off"], "grit");
      CHECK(hash_of(tensor::grit_bytes(image)) == item["grit_prescale_uint8"]["sha256"].get<std::string>());
    }
  }
}
