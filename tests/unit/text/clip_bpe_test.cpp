// The CLIP tokenizer against recorded token ids of the reference.
#include "text/clip_bpe.h"

#include <doctest/doctest.h>

#include "base/json.h"
#include "gallop/error.h"
#include "support/shared_data.h"

namespace gallop {
namespace {

using Ids = std::vector<std::int32_t>;

TEST_CASE("clip tokenizer: every recorded text gives the recorded ids") {
  const auto vocabulary = test::shared_file("data/text/clip/bpe_simple_vocab_16e6.txt.gz");
  const auto recorded = test::shared_file("data/text/clip/expected_tokens.json");
  if (!vocabulary || !recorded) return;
  const auto bpe = text::ClipBpe::load(*vocabulary);
  const auto golden = base::read_json(*recorded);
  for (const auto& entry : golden.at("cases")) {
    const auto sentence = entry.at("text").get<std::string>();
    CAPTURE(sentence);
    CHECK(bpe.encode(sentence) == entry.at("ids").get<Ids>());
  }
}

TEST_CASE("clip tokenizer: the styles of the suite, padding and cutting") {
  const auto vocabulary = test::shared_file("data/text/clip/bpe_simple_vocab_16e6.txt.gz");
  if (!vocabulary) return;
  const auto bpe = text::ClipBpe::load(*vocabulary);
  // vbench.md 5.2
  CHECK(bpe.encode("by Hokusai, in the style of Ukiyo") == Ids{638, 606, 1836, 10886, 267, 530, 518, 1844, 539, 37435, 3497});
  CHECK(bpe.encode("surrealism style") == Ids{41773, 1844});
  const auto row = bpe.tokens("oil painting", 6, text::ClipBpe::Overflow::error);
  CHECK(row == std::vector<std::int64_t>{49406, 2870, 3086, 49407, 0, 0});
  CHECK(bpe.tokens("oil painting oil painting", 4, text::ClipBpe::Overflow::cut) == std::vector<std::int64_t>{49406, 2870, 3086, 49407});
  CHECK_THROWS_AS((void)bpe.tokens("oil painting oil painting", 4, text::ClipBpe::Overflow::error), InvalidArgument);
  CHECK_THROWS_AS((void)bpe.encode("\xff"), InvalidArgument);
}

TEST_CASE("clip tokenizer: a vocabulary that is cut off is refused") {
  const auto broken = test::shared_file("data/text/broken/bpe_truncated.txt.gz");
  if (broken) CHECK_THROWS_AS((void)text::ClipBpe::load(*broken), FormatError);
  CHECK_THROWS_AS((void)text::ClipBpe::load("/no/such/vocabulary.txt.gz"), NotFound);
}

TEST_CASE("clip text: entities, blanks and case") { CHECK(text::clean_clip_text("  A &amp;amp; B\t&#65;&#x42;\n ") == "a & b ab"); }

}  // namespace
}  // namespace gallop
