#include <doctest/doctest.h>

#include "base/json.h"
#include "gallop/error.h"

using namespace gallop;

TEST_CASE("json: good text is read") {
  const auto value = base::parse_json(R"({"a": [1, 2.5, "x"], "b": {"a": null}})", "test");
  CHECK(value["a"][1] == 2.5);
  CHECK(value["b"]["a"].is_null());
}

TEST_CASE("json: what is ambiguous or broken is refused") {
  CHECK_THROWS_WITH_AS(base::parse_json(R"({"a": 1, "a": 2})", "test"), doctest::Contains("appears twice"), FormatError);
  CHECK_THROWS_AS(base::parse_json("{", "test"), FormatError);
  CHECK_THROWS_AS(base::parse_json("", "test"), FormatError);
  CHECK_THROWS_AS(base::parse_json("{} x", "test"), FormatError);
  CHECK_THROWS_AS(base::parse_json("{\"a\": \"\xff\"}", "test"), FormatError);
  CHECK_THROWS_WITH_AS(base::parse_json(std::string(5000, '['), "test"), doctest::Contains("nested deeper"), FormatError);
  CHECK_NOTHROW(base::parse_json(R"([{"a": 1}, {"a": 1}])", "test"));
}
