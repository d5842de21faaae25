#include <doctest/doctest.h>

#include "gallop/device.h"
#include "gallop/error.h"

using namespace gallop;

TEST_CASE("device: text and back") {
  CHECK(Device::parse("cpu").str() == "cpu");
  CHECK(Device::parse("cuda").str() == "cuda:0");
  CHECK(Device::parse("cuda:3") == Device{Device::Kind::cuda, 3});
  for (const char* bad : {"", "CPU", "cuda:", "cuda:-1", "cuda:1x", "gpu", "cuda:99999999999"})
    CHECK_THROWS_AS(Device::parse(bad), InvalidArgument);
}

TEST_CASE("dtype: text, aliases and sizes") {
  CHECK(parse_dtype("bf16") == DType::bfloat16);
  CHECK(parse_dtype("half") == DType::float16);
  CHECK(name_of(parse_dtype("float32")) == "float32");
  CHECK(size_of(DType::bfloat16) == 2);
  CHECK_THROWS_WITH_AS(parse_dtype("fp8"), doctest::Contains("\"fp8\" is not known"), InvalidArgument);
}
