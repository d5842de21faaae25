// Words in quotes, and how recognised text is compared with them.
#include <doctest/doctest.h>

#include "evaluators/ocr/text_match.h"
#include "gallop/error.h"

namespace gallop {
namespace {

using namespace evaluators::ocr;
using Texts = std::vector<std::string>;

TEST_CASE("text in quotes: every kind of marks, apostrophes left alone") {
  CHECK(quoted_texts("a neon sign that says \"OPEN\" at night") == Texts{"OPEN"});
  CHECK(quoted_texts("signs \"A1\" and \u201CB 2\u201D") == Texts{"A1", "B 2"});
  CHECK(quoted_texts("\u4E00\u5757\u5199\u7740\u201C\u6B22\u8FCE\u5149\u4E34\u201D\u7684\u724C\u5B50") ==
        Texts{"\u6B22\u8FCE\u5149\u4E34"});
  CHECK(quoted_texts("\u300C\u8336\u300D \u300E\u9152\u300F") == Texts{"\u8336", "\u9152"});
  CHECK(quoted_texts("the dog's sign reads 'Don't stop'") == Texts{"Don't stop"});
  CHECK(quoted_texts("it's the dogs' day") == Texts{});
  CHECK(quoted_texts("an open \"quote") == Texts{});
  CHECK(quoted_texts("empty \"\" and \"!\"") == Texts{});
  CHECK_THROWS_AS(quoted_texts("\xC0\x80"), InvalidArgument);
}

TEST_CASE("comparable text: case, blanks, punctuation and full width do not count") {
  CHECK(comparable("Open  24-hours!") == U"open24hours");
  CHECK(comparable("\uFF2F\uFF30\uFF25\uFF2E") == U"open");
  CHECK(comparable("\u6B22\u8FCE\u3002\u5149\u4E34") == U"\u6B22\u8FCE\u5149\u4E34");
  CHECK(comparable("caf\u00E9") == U"caf\u00E9");
}

TEST_CASE("best match: anywhere in the found text, the fewest letters wrong") {
  CHECK(best_match(U"open", U"weareopentoday").errors == 0);
  CHECK(best_match(U"open", U"weareopentoday").text == U"open");
  CHECK(best_match(U"open", U"xx0pen").errors == 1);
  CHECK(best_match(U"open", U"opn").errors == 1);
  CHECK(best_match(U"open", U"oppen").errors == 1);
  CHECK(best_match(U"open", U"").errors == 4);
  CHECK(best_match(U"open", U"zzz").errors == 4);
  CHECK(best_match(U"\u6B22\u8FCE", U"a\u6B22\u8FCEb").errors == 0);
}

TEST_CASE("edit distance and script") {
  CHECK(edit_distance(U"kitten", U"sitting") == 3);
  CHECK(edit_distance(U"", U"abc") == 3);
  CHECK(edit_distance(U"abc", U"abc") == 0);
  CHECK(has_han("\u8336 tea"));
  CHECK_FALSE(has_han("tea \u00E9"));
}

}  // namespace
}  // namespace gallop
