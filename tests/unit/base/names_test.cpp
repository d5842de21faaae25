#include <doctest/doctest.h>

#include "base/names.h"

using namespace gallop;

TEST_CASE("names: hostile text is made printable") {
  CHECK(base::quote("a\nb") == "\"a\\x0ab\"");
  CHECK(base::quote("\xff") == "\"\\xff\"");
  CHECK(base::quote("马\"") == "\"马\\\"\"");
  CHECK(base::quote(std::string(5000, 'x')).size() < 320);
}

TEST_CASE("names: near names are suggested") {
  const std::vector<std::string> known = {"sharpness", "exposure", "subject_consistency"};
  CHECK(base::near_names("sharpnes", known) == std::vector<std::string>{"sharpness"});
  CHECK(base::near_names("my sharpness, please", known) == std::vector<std::string>{"sharpness"});
  CHECK(base::suggestion("zzz", known).find("known: sharpness") != std::string::npos);
  const std::vector<std::string> many(400, "abseiling");
  CHECK(base::suggestion("zzz", many).ends_with("abseiling ... (400 in all)"));
  CHECK(base::suggestion("zzz", many).size() < 800);
}
