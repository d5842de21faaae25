#include "weights/shards.h"

#include <doctest/doctest.h>

#include "gallop/error.h"
#include "support/byte_text.h"
#include "support/shared_data.h"
#include "weights/safetensors.h"

using namespace gallop;

namespace {

struct Shards {
  test::ScratchFolder folder;
  Shards() {
    weights::write_safetensors(folder / "m-1.safetensors", {{"a", at::ones({2})}, {"b", at::zeros({3})}});
    weights::write_safetensors(folder / "m-2.safetensors", {{"c", at::full({1}, 7.0)}});
  }
  std::filesystem::path index(const std::string& map) const {
    return test::write_bytes(folder / "m.safetensors.index.json", R"({"metadata":{"total_size":24},"weight_map":)" + map + "}");
  }
  void refuse(const std::string& map, const char* because) const {
    const auto file = index(map);
    CAPTURE(map);
    CHECK_THROWS_WITH_AS(weights::open_weights(file), doctest::Contains(because), FormatError);
  }
};

}  // namespace

TEST_CASE("shards: an index, or the folder it lies in, gives all tensors") {
  const Shards shards;
  const auto file = shards.index(R"({"a":"m-1.safetensors","b":"m-1.safetensors","c":"m-2.safetensors"})");
  for (const auto& path : {file, shards.folder.path()}) {
    const auto tensors = weights::open_weights(path);
    REQUIRE(tensors.size() == 3);
    CHECK(tensors.at("c").item<float>() == 7.0F);
  }
}

TEST_CASE("shards: names that leave the folder are refused before a file is touched") {
  const Shards shards;
  for (const std::string name : {"../m-1.safetensors", "/etc/passwd", "sub/m-1.safetensors", ".", "..", "", "m-1.safetensors/",
                                 "./m-1.safetensors", "m.safetensors.index.json"})
    shards.refuse(R"({"a":")" + name + "\"}", "not a plain file name");
  shards.refuse(R"({"a":"m-1.safetensors\u0000x"})", "not a plain file name");
  shards.refuse(R"({"a":1})", "not text");
}

TEST_CASE("shards: an index that does not fit its files is refused") {
  const Shards shards;
  shards.refuse(R"({"a":"m-1.safetensors","c":"m-1.safetensors"})", "is not in \"m-1.safetensors\"");
  shards.refuse(R"({"a":"m-1.safetensors"})", "holds tensor \"b\"");
  shards.refuse("[]", "expected an object with weight_map");
  shards.refuse(R"({"a":"m-1.safetensors","a":"m-2.safetensors"})", "twice");
  CHECK_THROWS_AS(weights::open_weights(shards.index(R"({"a":"m-3.safetensors"})")), NotFound);
}

TEST_CASE("shards: a folder must hold exactly one checkpoint") {
  const Shards shards;
  CHECK_THROWS_WITH_AS(weights::open_weights(shards.folder.path()), doctest::Contains("m-1.safetensors, m-2.safetensors"), InvalidArgument);
  std::filesystem::remove(shards.folder / "m-1.safetensors");
  CHECK(weights::open_weights(shards.folder.path()).size() == 1);
  std::filesystem::remove(shards.folder / "m-2.safetensors");
  CHECK_THROWS_WITH_AS(weights::open_weights(shards.folder.path()), doctest::Contains("download the weights"), NotFound);
  CHECK_THROWS_AS(weights::open_weights(shards.folder / "none.safetensors"), NotFound);
}
