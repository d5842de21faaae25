// Label parsing and the threshold of human_action as tables.
#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <utility>

#include "evaluators/vbench/action_rules.h"
#include "evaluators/vbench/kinetics_labels.h"

namespace gallop::evaluators::vbench {
namespace {

TEST_CASE("human_action: the action in a file name") {
  const std::pair<const char*, const char*> table[] = {
      {"A person is riding a bike-0", "riding a bike"},
      {"A person is riding a bike", "riding a bike"},
      {"A PERSON IS Blowing Glass-3", "blowing glass"},
      {"a person is told that a person is skiing_2-1", "skiing"},  // the last "person is "
      {"A person is push_up-0", "push"},                           // the first "_"
      {"A person is cut-in-two-0", "cut"},                         // the first "-"
      {"clay pottery making-0", "clay pottery making"},            // nothing before it is needed
      {"a person is -0", ""},
      {"", ""},
      {"a person is \xC3\x89lan-0", "\xC3\x89lan"},  // other letters stay as they are
  };
  for (const auto& [name, action] : table) CHECK(action_in(name) == action);
}

TEST_CASE("human_action: every class is found again in the name of its clip") {
  for (const auto label : kinetics_labels()) {
    const auto own = std::string(label);
    if (own.find_first_of("-_") != std::string::npos) continue;  // no file name can ask for it, in the reference neither
    CHECK(action_in("A person is " + own + "-4") == own);
  }
}

TEST_CASE("human_action: four decimals, 0.85 itself is confident") {
  CHECK(kept_probability(0.849949) == 0.8499);
  CHECK(kept_probability(0.849951) == 0.85);
  CHECK(kept_probability(1.0) == 1.0);
  CHECK(kept_probability(0.00004) == 0.0);
  CHECK_FALSE(is_confident(kept_probability(0.849949)));
  CHECK(is_confident(kept_probability(0.849951)));
  CHECK(is_confident(0.85));
}

}  // namespace
}  // namespace gallop::evaluators::vbench
