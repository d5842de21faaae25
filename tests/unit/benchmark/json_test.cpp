#include <doctest/doctest.h>

#include <bit>
#include <limits>

#include "benchmark/canonical_json.h"
#include "gallop/error.h"

using namespace gallop;
using benchmark::canonical;

namespace {
std::string number(std::uint64_t bits) { return canonical(base::Json(std::bit_cast<double>(bits))); }
}  // namespace

TEST_CASE("canonical JSON: the number samples of RFC 8785, appendix B") {
  CHECK(number(0x0000000000000000) == "0");
  CHECK(number(0x8000000000000000) == "0");
  CHECK(number(0x0000000000000001) == "5e-324");
  CHECK(number(0x8000000000000001) == "-5e-324");
  CHECK(number(0x7fefffffffffffff) == "1.7976931348623157e+308");
  CHECK(number(0x4340000000000000) == "9007199254740992");
  CHECK(number(0x4430000000000000) == "295147905179352830000");
  CHECK(number(0x44b52d02c7e14af5) == "9.999999999999997e+22");
  CHECK(number(0x44b52d02c7e14af6) == "1e+23");
  CHECK(number(0x44b52d02c7e14af7) == "1.0000000000000001e+23");
  CHECK(number(0x444b1ae4d6e2ef4e) == "999999999999999700000");
  CHECK(number(0x444b1ae4d6e2ef50) == "1e+21");
  CHECK(number(0x3eb0c6f7a0b5ed8c) == "9.999999999999997e-7");
  CHECK(number(0x3eb0c6f7a0b5ed8d) == "0.000001");
  CHECK(number(0x41b3de4355555553) == "333333333.3333332");
  CHECK(number(0x41b3de4355555557) == "333333333.33333343");
  CHECK(number(0xbecbf647612f3696) == "-0.0000033333333333333333");
  CHECK(number(0x43143ff3c1cb0959) == "1424953923781206.2");
}

TEST_CASE("canonical JSON: keys are sorted by UTF-16 units, texts keep their characters") {
  // The order of RFC 8785, section 3.2.3.
  const base::Json json = {{"\u20ac", "Euro Sign"},
                           {"\r", "Carriage Return"},
                           {"\xef\xac\xb3", "Hebrew Letter Dalet With Dagesh"},
                           {"1", "One"},
                           {"\xf0\x9f\x98\x80", "Emoji: Grinning Face"},
                           {"\u0080", "Control"},
                           {"\u00f6", "Latin Small Letter O With Diaeresis"}};
  CHECK(canonical(json) ==
        "{\"\\r\":\"Carriage Return\",\"1\":\"One\",\"\xc2\x80\":\"Control\",\"\xc3\xb6\":\"Latin Small Letter O With "
        "Diaeresis\",\"\xe2\x82\xac\":\"Euro Sign\",\"\xf0\x9f\x98\x80\":\"Emoji: Grinning Face\","
        "\"\xef\xac\xb3\":\"Hebrew Letter Dalet With Dagesh\"}");
  CHECK(canonical(base::Json("a\"\\\n\x01/é")) == "\"a\\\"\\\\\\n\\u0001/é\"");
}

TEST_CASE("canonical JSON: no NaN, no infinity, no broken UTF-8") {
  CHECK_THROWS_AS(canonical(base::Json(std::numeric_limits<double>::quiet_NaN())), InvalidArgument);
  CHECK_THROWS_AS(canonical(base::Json(std::numeric_limits<double>::infinity())), InvalidArgument);
  CHECK_THROWS_AS(canonical(base::Json("\xff")), InvalidArgument);
  CHECK(benchmark::number_of(benchmark::json_number(-std::numeric_limits<double>::infinity())) == -std::numeric_limits<double>::infinity());
}
