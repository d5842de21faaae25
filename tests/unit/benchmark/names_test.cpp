#include <doctest/doctest.h>

#include "benchmark/clip_names.h"

using namespace gallop::benchmark;

TEST_CASE("clip names: prompts that can be file names stay as they are") {
  for (const char* prompt : {"a cat", "a \"quoted\" cat, at 10:30", "façades; $(rm -rf) `x` 'y'", "一匹马", "=1+1", "-rf", "<b>bold", "🐎"})
    CHECK(stem_of(prompt) == prompt);
}

TEST_CASE("clip names: hostile prompts become safe names, different ones stay different") {
  const std::string long_prompt(4096, 'x');
  for (const std::string& prompt : {std::string("../../etc/passwd"), std::string("a/b"), std::string("a\nb"), std::string("a\0b", 3),
                                    std::string(".."), std::string(".hidden"), std::string("a\\b"), long_prompt, std::string("\xff\xfe")}) {
    const auto stem = stem_of(prompt);
    CHECK(is_safe_relative(stem));
    CHECK(stem.size() <= 240);
    CHECK(stem.find('/') == std::string::npos);
    CHECK(stem != prompt);
  }
  CHECK(stem_of("a/b") != stem_of("a_b"));
  CHECK(stem_of("a/b") != stem_of("a\\b"));
  CHECK(stem_of(long_prompt) != stem_of(long_prompt + "y"));
}

TEST_CASE("clip names: paths that leave a folder are refused") {
  for (const char* path : {"", "/etc/passwd", "..", "../x", "a/../../b", "a/./b", "a//b", "a\nb", "\xff", "a/"})
    CHECK_FALSE(is_safe_relative(path));
  for (const char* path : {"a.mp4", "deep/er/a.mp4", "..a", "a..b.mp4", "ü.mp4"}) CHECK(is_safe_relative(path));
}

TEST_CASE("clip names: index at the end, decomposed and confused names") {
  CHECK(split_stem("a cat-3")->prompt == "a cat");
  CHECK(split_stem("a cat-3")->sample == 3);
  CHECK(split_stem("well-known-12")->prompt == "well-known");
  for (const char* stem : {"a cat", "a cat-", "-3", "a-3b", "a-99999999999999999999"}) CHECK_FALSE(split_stem(stem));
  CHECK(composed("fac\xcc\xa7"
                 "ades") == "façades");
  CHECK(folded("A_Red  Car.") == folded("a red car"));
}
