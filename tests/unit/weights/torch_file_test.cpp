#include <doctest/doctest.h>

#include "gallop/error.h"
#include "support/shared_data.h"
#include "support/zip_text.h"
#include "weights/tensor_map.h"

using namespace gallop;
using test::pickle_tensor;
using test::pickle_text;
using test::torch_zip;

namespace {

std::string floats(int count) {
  std::string out;
  for (int i = 0; i < count; ++i) {
    const auto value = static_cast<float>(i);
    out.append(reinterpret_cast<const char*>(&value), 4);
  }
  return out;
}

weights::TensorMap read(const std::string& bytes) {
  const test::ScratchFolder folder;
  return weights::open_weights(test::write_bytes(folder / "x.pth", bytes));
}

void refuse(const std::string& bytes, const char* because) {
  CAPTURE(because);
  CHECK_THROWS_WITH_AS(read(bytes), doctest::Contains(because), FormatError);
}

std::string entry(std::string_view name, const std::string& value) { return pickle_text(name) + value + "s"; }

}  // namespace

TEST_CASE("torch zip: nested dictionaries give dotted names, stored or deflated") {
  const auto body =
      "}" +
      entry("state_dict", "}" + entry("w", pickle_tensor("0", 6, 0, {2, 3}, {3, 1})) + entry("b", pickle_tensor("0", 6, 4, {2}, {1}))) +
      entry("epoch", "K\x07") + entry("list", "](" + pickle_tensor("0", 6, 1, {}, {}) + "Ne");
  for (const bool deflate : {false, true}) {
    const auto tensors = read(torch_zip(body, floats(6), deflate));
    REQUIRE(tensors.size() == 3);
    CHECK(tensors.at("state_dict.w").equal(at::arange(6, at::kFloat).view({2, 3})));
    CHECK(tensors.at("state_dict.b").equal(at::tensor({4.0F, 5.0F})));
    CHECK(tensors.at("list.0").item<float>() == 1.0F);
  }
}

TEST_CASE("torch zip: strides, expanded and shared storages are kept") {
  const auto body = "}" + entry("t", pickle_tensor("0", 6, 0, {3, 2}, {1, 3})) + entry("e", pickle_tensor("0", 6, 2, {4, 2}, {0, 1})) +
                    entry("z", pickle_tensor("0", 6, 6, {0, 5}, {5, 1}));
  const auto tensors = read(torch_zip(body, floats(6)));
  CHECK(tensors.at("t").equal(at::arange(6, at::kFloat).view({2, 3}).t()));
  CHECK(tensors.at("e").equal(at::tensor({2.0F, 3.0F}).expand({4, 2})));
  CHECK(tensors.at("z").sizes() == at::IntArrayRef({0, 5}));
}

TEST_CASE("torch zip: lies about tensors are refused") {
  refuse(torch_zip(pickle_tensor("0", 6, 0, {7}, {1}), floats(6)), "reaches element 6 of a storage of 6");
  refuse(torch_zip(pickle_tensor("0", 6, 5, {2}, {1}), floats(6)), "reaches element 6");
  refuse(torch_zip(pickle_tensor("0", 6, -1, {2}, {1}), floats(6)), "reaches element");
  refuse(torch_zip(pickle_tensor("0", 6, 0, {-2}, {1}), floats(6)), "negative side");
  refuse(torch_zip(pickle_tensor("0", 6, 5, {2}, {-1}), floats(6)), "negative side or stride");
  refuse(torch_zip(pickle_tensor("0", 6, 0, {2, 2}, {1}), floats(6)), "2 sides and 1 strides");
  refuse(torch_zip(pickle_tensor("0", 60, 0, {60}, {1}), floats(6)), "damaged or cut short");
  refuse(torch_zip(pickle_tensor("0", -6, 0, {0}, {1}), floats(6)), "storage of -6");
  refuse(torch_zip(pickle_tensor("1", 6, 0, {6}, {1}), floats(6)), "missing from the archive");
  refuse(torch_zip(pickle_tensor("0", 6, 0, {2147483647, 2147483647, 2147483647}, {0, 0, 0}), floats(6)), "overflows");
  refuse(torch_zip(pickle_tensor("0", 6, 0, {0, 2147483647, 2147483647, 2147483647}, {0, 0, 0, 0}), floats(6)), "overflows");
  refuse(torch_zip(pickle_tensor("0", 6, 0, {2147483647}, {0}), floats(6)), "spreads");
  refuse(torch_zip(pickle_tensor("0", 6, 0, {2}, {1}, "QInt8Storage"), floats(6)), "torch.QInt8Storage");
}

TEST_CASE("torch zip: lies about the archive are refused") {
  const auto good = torch_zip(pickle_tensor("0", 6, 0, {6}, {1}), floats(6));
  CHECK(read(good).size() == 1);
  for (const std::size_t kept : {good.size() - 1, good.size() / 2, std::size_t{30}, std::size_t{23}}) refuse(good.substr(0, kept), "");
  refuse(test::zip_bytes({{"a/b", "c"}}), "0 data.pkl");
  refuse(test::zip_bytes({{"a/data.pkl", "."}, {"b/data.pkl", "."}}), "2 data.pkl");
  refuse(test::zip_bytes({{"a/data.pkl", "."}, {"a/data.pkl", "."}}), "appears twice");
  const auto pickle = test::pickled(pickle_tensor("0", 6, 0, {6}, {1}));
  refuse(test::zip_bytes({{"a/data.pkl", pickle}, {"a/data/0", floats(6), true, 23}}), "does not unpack");
  refuse(test::zip_bytes({{"a/data.pkl", pickle}, {"a/data/0", floats(6), true, 25}}), "does not unpack");
  refuse(test::zip_bytes({{"a/data.pkl", pickle}, {"a/data/0", floats(6), false, 25}}), "two sizes");
  CHECK_THROWS_WITH_AS(read(test::zip_bytes({{"a/data.pkl", pickle}, {"a/byteorder", "big"}, {"a/data/0", floats(6)}})),
                       doctest::Contains("-endian"), Unsupported);
}

TEST_CASE("torch zip: archives that unpack to far more than they are get refused") {
  const auto pickle = test::pickled(pickle_tensor("0", 6, 0, {6}, {1}));
  refuse(test::zip_bytes({{"a/data.pkl", pickle}, {"a/data/0", floats(6), true, 4'000'000'000}}), "times its size");
  refuse(test::zip_bytes({{"a/data.pkl", pickle}, {"a/data/0", std::string(64 << 20, '\0'), true}}), "times its size");
}

TEST_CASE("torch stream: cut or foreign streams are refused") {
  refuse("\x80\x02K\x01.", "torch's mark");
  refuse(
      "\x80\x02"
      "c__builtin__\nprint\n.",
      "__builtin__.print");
  refuse("\x80", "neither");
  refuse("GGUF", "GGUF");
  refuse("version https://git-lfs.github.com/spec/v1\n", "Git LFS pointer");
  refuse("<!DOCTYPE html>", "web page");
}
