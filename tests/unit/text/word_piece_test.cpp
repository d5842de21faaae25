// BERT's tokenizer with the published vocabulary of the shared data.
#include <doctest/doctest.h>

#include <fstream>

#include "gallop/error.h"
#include "support/shared_data.h"
#include "text/word_piece.h"

namespace gallop {
namespace {

using Ids = std::vector<std::int64_t>;

TEST_CASE("word pieces: ids of words, accents, punctuation, ideographs and unknown letters") {
  const auto file = test::shared_file("data/text/bert/vocab.txt");
  if (!file) return;
  const auto words = text::WordPiece::load(*file);
  CHECK(words.size() == 30522);
  CHECK(words.encode("a picture of ") == Ids{1037, 3861, 1997});
  CHECK(words.encode("polka dot | Service  Dog") == words.encode("polka dot|service dog"));
  CHECK(words.encode("bikini | seal")[1] == 1064);
  CHECK(words.encode("Caf\u00E9 \u00C5ngstr\u00F6m") == words.encode("cafe angstrom"));
  CHECK(words.encode("embeddings") == Ids{7861, 8270, 4667, 2015});
  CHECK(words.encode("\u4E2D\u6587") == words.encode("\u4E2D \u6587"));
  CHECK(words.encode("\U0001F40E") == Ids{100});
  CHECK(words.encode(std::string(101, 'a')) == Ids{100});
  CHECK(words.encode("") == Ids{});
  CHECK_THROWS_AS(words.encode("\xFF"), InvalidArgument);
}

TEST_CASE("word pieces: text of ids, without special tokens and stray blanks") {
  const auto file = test::shared_file("data/text/bert/vocab.txt");
  if (!file) return;
  const auto words = text::WordPiece::load(*file);
  for (const std::string text : {"a man's hat, isn't it?", "traffic light", "wait! no.", "they've 3 dogs", "tom 's"}) {
    const auto expected = text == "tom 's" ? std::string("tom's") : text;
    CHECK(words.decode(words.encode(text)) == expected);
  }
  CHECK(words.decode(Ids{101, 1037, 0, 102, 103, 100, 30522, 4937, -1, 99999999}) == "a cat");
  CHECK(words.decode(Ids{4667}) == "##ding");  // nothing to join it to
  CHECK(words.decode(Ids{}).empty());
}

TEST_CASE("word pieces: a file that is not the vocabulary is refused") {
  const test::ScratchFolder folder;
  CHECK_THROWS_AS(text::WordPiece::load(folder / "vocab.txt"), NotFound);
  std::ofstream(folder / "vocab.txt") << "[PAD]\nword\n";
  CHECK_THROWS_AS(text::WordPiece::load(folder / "vocab.txt"), FormatError);
}

}  // namespace
}  // namespace gallop
