#include "weights/safetensors.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "base/files.h"
#include "gallop/error.h"
#include "support/byte_text.h"
#include "support/shared_data.h"

using namespace gallop;
using test::safetensors_bytes;

namespace {

void refuse(const std::string& bytes, const char* because) {
  const test::ScratchFolder folder;
  const auto file = test::write_bytes(folder / "lie.safetensors", bytes);
  CAPTURE(because);
  CHECK_THROWS_WITH_AS(weights::open_weights(file), doctest::Contains(because), FormatError);
}

constexpr const char* kOne = R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}})";

}  // namespace

TEST_CASE("safetensors: what is written is read back, for every element type") {
  const test::ScratchFolder folder;
  weights::TensorMap tensors;
  for (const auto dtype : {at::kFloat, at::kHalf, at::kBFloat16, at::kDouble, at::kLong, at::kInt, at::kShort, at::kChar, at::kByte,
                           at::kBool, at::kFloat8_e4m3fn, at::kFloat8_e5m2})
    tensors.emplace(std::string("t.") + c10::toString(dtype), at::arange(6, at::kFloat).remainder(2).view({3, 2}).to(dtype));
  tensors.emplace("scalar", at::scalar_tensor(2.5, at::kFloat));
  tensors.emplace("empty", at::empty({0, 4}, at::kHalf));
  tensors.emplace("transposed \"\n\xC3\xA4", at::arange(6, at::kInt).view({2, 3}).t());
  weights::write_safetensors(folder / "x.safetensors", tensors, {{"format", "pt"}});
  const auto back = weights::open_weights(folder / "x.safetensors");
  REQUIRE(back.size() == tensors.size());
  for (const auto& [name, tensor] : tensors) {
    CAPTURE(name);
    CHECK((back.at(name).scalar_type() == tensor.scalar_type()));
    CHECK(back.at(name).sizes() == tensor.sizes());
    CHECK(back.at(name).to(at::kFloat).equal(tensor.to(at::kFloat)));
  }
  weights::write_safetensors(folder / "y.safetensors", tensors, {{"format", "pt"}});
  CHECK(base::read_text(folder / "x.safetensors") == base::read_text(folder / "y.safetensors"));
}

TEST_CASE("safetensors: tensors view the file and outlive the map") {
  const test::ScratchFolder folder;
  weights::write_safetensors(folder / "x.safetensors", {{"a", at::arange(1000, at::kFloat)}});
  at::Tensor kept;
  {
    auto map = weights::open_weights(folder / "x.safetensors");
    kept = map.at("a");
  }
  std::filesystem::remove(folder / "x.safetensors");
  CHECK(kept.sum().item<double>() == 499500.0);
}

TEST_CASE("safetensors: a header that does not align its data is read all the same") {
  const test::ScratchFolder folder;
  auto bytes = safetensors_bytes(std::string(kOne) + " ", 0) + std::string("\0\0\x80\x3F\0\0\0\x40", 8);
  CHECK((bytes.size() - 8) % 4 != 0);
  const auto a = weights::open_weights(test::write_bytes(folder / "x.safetensors", bytes)).at("a");
  CHECK(a.equal(at::tensor({1.0F, 2.0F})));
}

TEST_CASE("safetensors: lies about lengths are refused") {
  refuse("", "is empty");
  refuse("1234567", "at least 8");
  refuse(test::little(50, 8) + "{}", "cut short");
  refuse(test::little(100'000'001, 8) + "{}", "expected at most 100000000");
  refuse(test::little(~std::uint64_t{0}, 8) + "{}", "expected at most");
  refuse(safetensors_bytes(kOne, 7), "cut short");
  refuse(safetensors_bytes(kOne, 9), "belong to no tensor");
  refuse(safetensors_bytes("{}", 1), "belong to no tensor");
}

TEST_CASE("safetensors: broken headers are refused") {
  refuse(safetensors_bytes(std::string("\xEF\xBB\xBF") + kOne, 8), "no byte-order mark");
  refuse(safetensors_bytes(std::string(" ") + kOne, 8), "begins with byte 0x20");
  refuse(safetensors_bytes(std::string(kOne) + '\0', 8), "zero byte");
  refuse(safetensors_bytes(std::string(kOne) + "{}", 8), "not valid JSON");
  refuse(safetensors_bytes("{\"a\xFF\":1}", 0), "not valid JSON");
  refuse(safetensors_bytes("[]", 0), "begins with byte");
  refuse(safetensors_bytes("{", 0), "not valid JSON");
  refuse(safetensors_bytes(R"({"a":1})", 0), "where the format has none");
  refuse(safetensors_bytes(R"({"a":{"dtype":"F32","shape":[[2]],"data_offsets":[0,8]}})", 8), "where the format has none");
  refuse(safetensors_bytes(R"({"a":{"dtype":"F32","shape":[2]}})", 8), "lacks");
  refuse(safetensors_bytes(R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8],"x":"y"}})", 8), "where the format has none");
  refuse(safetensors_bytes(R"({"a":{"dtype":"F31","shape":[2],"data_offsets":[0,8]}})", 8), "element type \"F31\"");
  refuse(safetensors_bytes(R"({"__metadata__":{"a":1}})", 0), "where the format has none");
  refuse(safetensors_bytes(std::string(5000, '{'), 0), "not valid JSON");
  refuse(safetensors_bytes("{\"a\":" + std::string(100000, '['), 0), "where the format has none");
}

TEST_CASE("safetensors: keys given twice are refused") {
  refuse(
      safetensors_bytes(R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"a":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}})", 2),
      "appears twice");
  refuse(safetensors_bytes(R"({"a":{"dtype":"U8","dtype":"U8","shape":[1],"data_offsets":[0,1]}})", 1), "appears twice");
  refuse(safetensors_bytes(R"({"a":{"dtype":"U8","shape":[1],"shape":[1],"data_offsets":[0,1]}})", 1), "appears twice");
  refuse(safetensors_bytes(R"({"__metadata__":{"a":"1","a":"2"}})", 0), "appears twice");
  refuse(safetensors_bytes(R"({"__metadata__":{},"__metadata__":{}})", 0), "appears twice");
}

TEST_CASE("safetensors: lies about shapes and ranges are refused") {
  refuse(safetensors_bytes(R"({"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}})", 8), "negative");
  refuse(safetensors_bytes(R"({"a":{"dtype":"F32","shape":[2.0],"data_offsets":[0,8]}})", 8), "whole number");
  refuse(safetensors_bytes(R"({"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,8]}})", 8), "overflows");
  refuse(safetensors_bytes(R"({"a":{"dtype":"F32","shape":[4611686018427387903,2],"data_offsets":[0,8]}})", 8), "overflows");
  refuse(safetensors_bytes(R"({"a":{"dtype":"F32","shape":[0,4611686018427387903,16],"data_offsets":[0,0]}})", 0), "overflows");
  refuse(safetensors_bytes(R"({"a":{"dtype":"F32","shape":[18446744073709551616],"data_offsets":[0,8]}})", 8), "whole number");
  refuse(safetensors_bytes(R"({"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}})", 8), "needs 12 bytes");
  refuse(safetensors_bytes(R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}})", 8), "needs 8 bytes");
  refuse(safetensors_bytes(R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8,8]}})", 8), "more than 2 entries");
  const auto two = [](int begin, int end) {
    return fmt::format(
        R"({{"a":{{"dtype":"U8","shape":[4],"data_offsets":[0,4]}},"b":{{"dtype":"U8","shape":[4],"data_offsets":[{},{}]}}}})", begin, end);
  };
  refuse(safetensors_bytes(two(2, 6), 6), "inside the tensor before it");
  refuse(safetensors_bytes(two(0, 4), 4), "inside the tensor before it");
  refuse(safetensors_bytes(two(6, 10), 10), "belong to no tensor");
}

TEST_CASE("safetensors: a failed write leaves the old file and nothing else") {
  const test::ScratchFolder folder;
  const auto file = test::write_bytes(folder / "x.safetensors", "old");
  CHECK_THROWS_AS(weights::write_safetensors(file, {{"__metadata__", at::zeros({1})}}), InvalidArgument);
  CHECK_THROWS_AS(weights::write_safetensors(file, {{"a\xFF", at::zeros({1})}}), InvalidArgument);
  CHECK_THROWS_AS(weights::write_safetensors(file, {{"a", at::zeros({1}, at::kComplexFloat)}}), InvalidArgument);
  CHECK(base::read_text(file) == "old");
  CHECK(std::distance(std::filesystem::directory_iterator(folder.path()), {}) == 1);
  CHECK_THROWS_AS(weights::write_safetensors(folder / "none" / "x.safetensors", {}), IoError);
}
