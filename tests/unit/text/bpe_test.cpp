// Byte-pair tokenizers from tokenizer.json: recorded ids, and files that lie.
#include "text/bpe.h"

#include <doctest/doctest.h>

#include <fstream>

#include "base/json.h"
#include "gallop/error.h"
#include "support/shared_data.h"

namespace gallop {
namespace {

const std::filesystem::path kData = std::filesystem::path(GALLOP_CHECKOUT) / "tests/data/byte_pairs";

base::Json small_file() {
  return base::Json::parse(R"({"added_tokens": [{"id": 9, "content": "<x>", "normalized": false, "special": true}],
    "normalizer": {"type": "Replace", "pattern": {"String": " "}, "content": "_"},
    "pre_tokenizer": {"type": "Split", "pattern": {"String": " "}, "behavior": "MergedWithPrevious", "invert": false},
    "post_processor": {"type": "TemplateProcessing", "single": [{"SpecialToken": {"id": "<b>", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}],
                       "special_tokens": {"<b>": {"id": "<b>", "ids": [8], "tokens": ["<b>"]}}},
    "model": {"type": "BPE", "unk_token": "<u>", "fuse_unk": true, "byte_fallback": false,
              "vocab": {"<u>": 0, "a": 1, "b": 2, "_": 3, "ab": 4, "ba": 5, "aba": 6, "<b>": 8}, "merges": [["a", "b"], ["b", "a"], ["ab", "a"]]}})");
}

text::Bpe made(const base::Json& json) {
  const test::ScratchFolder folder;
  std::ofstream(folder / "tokenizer.json") << json.dump();
  return text::Bpe::read(folder / "tokenizer.json");
}

using Ids = std::vector<int>;

TEST_CASE("byte pairs: every recorded text gives the recorded ids") {
  const auto tokenizer = text::Bpe::read(kData / "tokenizer.json");
  const auto recorded = base::read_json(kData / "tokens.json");
  CHECK(recorded.size() >= 20);
  for (const auto& item : recorded) {
    const auto sentence = item.at("text").get<std::string>();
    CAPTURE(sentence);
    CHECK(tokenizer.encode(sentence) == item.at("ids").get<Ids>());
  }
}

TEST_CASE("byte pairs: merges go by rank, then from the left; unknown letters fuse") {
  const auto tokenizer = made(small_file());
  CHECK(tokenizer.encode("aba") == Ids{8, 6});
  CHECK(tokenizer.encode_bare("abba") == Ids{4, 5});
  CHECK(tokenizer.encode_bare("bab") == Ids{2, 4});
  CHECK(tokenizer.encode_bare("a b") == Ids{1, 3, 2});
  CHECK(tokenizer.encode_bare("zzaz") == Ids{0, 1, 0});
  CHECK(tokenizer.encode_bare("ab<x>ab") == Ids{4, 9, 4});
  CHECK(tokenizer.encode("") == Ids{8});
  CHECK(tokenizer.size() == 10);
  CHECK_THROWS_AS(tokenizer.encode("a\xFF"), InvalidArgument);
}

TEST_CASE("byte pairs: a long text without separators stays quick") {
  const auto tokenizer = made(small_file());
  CHECK(tokenizer.encode_bare(std::string(200000, 'a')).size() == 200000);
  std::string word;
  for (int i = 0; i < 100000; ++i) word += "ab";
  CHECK(tokenizer.encode_bare(word).size() == 100000);
}

TEST_CASE("byte pairs: files that are broken or of another kind are refused with a reason") {
  const auto refused = [](auto change) {
    auto json = small_file();
    change(json);
    return made(json);
  };
  CHECK_THROWS_AS(refused([](auto& j) { j["model"]["type"] = "Unigram"; }), FormatError);
  CHECK_THROWS_AS(refused([](auto& j) { j.erase("model"); }), FormatError);
  CHECK_THROWS_AS(refused([](auto& j) { j["model"]["vocab"] = base::Json::object(); }), FormatError);
  CHECK_THROWS_AS(refused([](auto& j) { j["model"]["vocab"]["a"] = -1; }), FormatError);
  CHECK_THROWS_AS(refused([](auto& j) { j["model"]["merges"].push_back({"q", "a"}); }), FormatError);
  CHECK_THROWS_AS(refused([](auto& j) { j["model"]["merges"].push_back("a b b"); }), FormatError);
  CHECK_THROWS_AS(refused([](auto& j) { j["model"]["merges"].push_back({"b", "b"}); }), FormatError);  // "bb" is no piece
  CHECK_THROWS_AS(refused([](auto& j) { j["model"]["unk_token"] = "?"; }), FormatError);
  CHECK_THROWS_AS(refused([](auto& j) { j["model"]["continuing_subword_prefix"] = "##"; }), Unsupported);
  CHECK_THROWS_AS(refused([](auto& j) { j["normalizer"]["type"] = "Lowercase"; }), Unsupported);
  CHECK_THROWS_AS(refused([](auto& j) { j["normalizer"]["pattern"] = {{"Regex", "a+"}}; }), Unsupported);
  CHECK_THROWS_AS(refused([](auto& j) { j["pre_tokenizer"]["behavior"] = "Isolated"; }), Unsupported);
  CHECK_THROWS_AS(refused([](auto& j) { j["post_processor"]["type"] = "ByteLevel"; }), Unsupported);
  CHECK_THROWS_AS(refused([](auto& j) { j["post_processor"]["special_tokens"].clear(); }), FormatError);
  CHECK_THROWS_AS(refused([](auto& j) { j["added_tokens"][0]["content"] = ""; }), FormatError);
  CHECK_THROWS_AS(refused([](auto& j) { j["added_tokens"][0]["single_word"] = true; }), Unsupported);
  CHECK_THROWS_AS(text::Bpe::read(kData / "absent.json"), NotFound);
}

}  // namespace
}  // namespace gallop
