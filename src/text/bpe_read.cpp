// tokenizer.json to the tables of a Bpe.
#include <algorithm>

#include "base/check.h"
#include "text/bpe.h"
#include "text/utf8.h"

namespace gallop::text {
namespace {

using base::Json;

std::string type_of(const Json& step) { return step.is_object() ? step.value("type", std::string()) : std::string(); }

const Json& member(const Json& object, const char* key, const std::string& where) {
  GALLOP_CHECK(object.is_object() && object.contains(key), FormatError, "{}: \"{}\" is missing", where, key);
  return object[key];
}

std::string text_member(const Json& object, const char* key, const std::string& where) {
  const auto& value = member(object, key, where);
  GALLOP_CHECK(value.is_string(), FormatError, "{}: \"{}\" is not text", where, key);
  return value.get<std::string>();
}

int id_member(const Json& object, const char* key, const std::string& where) {
  const auto& value = member(object, key, where);
  GALLOP_CHECK(value.is_number_integer() && value >= 0 && value < (1 << 24), FormatError, "{}: \"{}\" is no token number", where, key);
  return value.get<int>();
}

bool flag(const Json& object, const char* key) { return object.contains(key) && object[key].is_boolean() && object[key].get<bool>(); }

// A pattern that is plain text, not an expression.
std::string plain_pattern(const Json& step, const std::string& where) {
  const auto& pattern = member(step, "pattern", where);
  GALLOP_CHECK(pattern.is_object() && pattern.contains("String") && pattern["String"].is_string(), Unsupported,
               "{}: a pattern that is an expression is not supported", where);
  return pattern["String"].get<std::string>();
}

std::pair<std::string, std::string> halves(const Json& merge, std::size_t rank, const std::string& where) {
  if (merge.is_array() && merge.size() == 2 && merge[0].is_string() && merge[1].is_string())
    return {merge[0].get<std::string>(), merge[1].get<std::string>()};
  if (merge.is_string()) {
    const auto text = merge.get<std::string>();
    const auto blank = text.find(' ');
    if (blank != std::string::npos && text.find(' ', blank + 1) == std::string::npos)
      return {text.substr(0, blank), text.substr(blank + 1)};
  }
  throw FormatError(fmt::format("{}: merge {} is not a pair of pieces", where, rank));
}

bool absent(const Json& model, const char* key) { return !model.contains(key) || model[key].is_null() || model[key] == ""; }

}  // namespace

Bpe Bpe::read(const std::filesystem::path& file) {
  const auto where = file.string();
  const auto json = base::read_json(file);
  GALLOP_CHECK(json.is_object() && type_of(json.value("model", Json())) == "BPE", FormatError,
               "{}: expected a tokenizer.json with a BPE model, found \"{}\"", where,
               json.is_object() ? type_of(json.value("model", Json())) : "no object");
  Bpe tokenizer;
  tokenizer.read_model(json["model"], where);
  tokenizer.read_added(json.value("added_tokens", Json::array()), where);
  tokenizer.read_normalizer(json.value("normalizer", Json()), where);
  tokenizer.read_splitter(json.value("pre_tokenizer", Json()), where);
  tokenizer.read_template(json.value("post_processor", Json()), where);
  return tokenizer;
}

void Bpe::read_model(const Json& model, const std::string& where) {
  const auto& vocab = member(model, "vocab", where);
  GALLOP_CHECK(vocab.is_object() && !vocab.empty(), FormatError, "{}: the vocabulary is empty", where);
  for (const auto& [piece, id] : vocab.items()) {
    GALLOP_CHECK(id.is_number_integer() && id >= 0 && id < (1 << 24), FormatError, "{}: the id of piece \"{}\" is no token number", where,
                 piece);
    pieces_.emplace(piece, id.get<int>());
    size_ = std::max(size_, id.get<std::size_t>() + 1);
  }
  for (const auto* key : {"continuing_subword_prefix", "end_of_word_suffix", "dropout"})
    GALLOP_CHECK(absent(model, key), Unsupported, "{}: \"{}\" is set, which this kind of tokenizer does not have", where, key);
  const auto& merges = member(model, "merges", where);
  GALLOP_CHECK(merges.is_array(), FormatError, "{}: \"merges\" is not a list", where);
  const auto known = [&](const std::string& piece, std::size_t rank) {
    const auto found = pieces_.find(piece);
    GALLOP_CHECK(found != pieces_.end(), FormatError, "{}: merge {} names the piece \"{}\", which the vocabulary does not have", where,
                 rank, piece);
    return found->second;
  };
  for (std::size_t rank = 0; rank < merges.size(); ++rank) {
    const auto [left, right] = halves(merges[rank], rank, where);
    const auto key = (static_cast<std::uint64_t>(known(left, rank)) << 32) | static_cast<std::uint32_t>(known(right, rank));
    merges_[key] = {static_cast<std::uint32_t>(rank), known(left + right, rank)};
  }
  byte_fallback_ = flag(model, "byte_fallback");
  fuse_unknown_ = flag(model, "fuse_unk");
  ignore_merges_ = flag(model, "ignore_merges");
  if (!absent(model, "unk_token")) {
    const auto found = pieces_.find(text_member(model, "unk_token", where));
    GALLOP_CHECK(found != pieces_.end(), FormatError, "{}: the unknown token is not in the vocabulary", where);
    unknown_ = found->second;
  }
}

void Bpe::read_added(const Json& tokens, const std::string& where) {
  GALLOP_CHECK(tokens.is_array(), FormatError, "{}: \"added_tokens\" is not a list", where);
  for (const auto& token : tokens) {
    const auto content = text_member(token, "content", where);
    GALLOP_CHECK(!content.empty(), FormatError, "{}: an added token is empty", where);
    GALLOP_CHECK(!flag(token, "single_word"), Unsupported, "{}: the added token \"{}\" matches whole words only, which is not supported",
                 where, content);
    const int id = id_member(token, "id", where);
    size_ = std::max(size_, static_cast<std::size_t>(id) + 1);
    auto& group = (flag(token, "normalized") ? normal_ : raw_)[content[0]];
    group.push_back({content, id, flag(token, "lstrip"), flag(token, "rstrip")});
  }
  for (auto* groups : {&raw_, &normal_})
    for (auto& [first, group] : *groups)
      std::stable_sort(group.begin(), group.end(), [](const Added& a, const Added& b) { return a.content.size() > b.content.size(); });
}

void Bpe::read_normalizer(const Json& step, const std::string& where) {
  const auto type = type_of(step);
  if (step.is_null()) return;
  if (type == "Sequence") {
    for (const auto& part : member(step, "normalizers", where)) read_normalizer(part, where);
  } else if (type == "Replace") {
    normalizer_.push_back({Replacement::Kind::replace, plain_pattern(step, where), text_member(step, "content", where)});
    GALLOP_CHECK(!normalizer_.back().from.empty(), FormatError, "{}: a replacement of nothing", where);
  } else if (type == "Prepend") {
    normalizer_.push_back({Replacement::Kind::prepend, {}, text_member(step, "prepend", where)});
  } else if (type == "NFC") {
    normalizer_.push_back({Replacement::Kind::nfc, {}, {}});
  } else {
    throw Unsupported(fmt::format("{}: the normaliser step \"{}\" is not known to this kind of tokenizer", where, type));
  }
}

void Bpe::read_splitter(const Json& step, const std::string& where) {
  if (step.is_null()) return;
  GALLOP_CHECK(type_of(step) == "Split" && step.value("behavior", std::string()) == "MergedWithPrevious" && !flag(step, "invert"),
               Unsupported,
               "{}: the pre-tokenizer \"{}\" is not known to this kind of tokenizer; expected a split that keeps the separator", where,
               type_of(step));
  split_ = plain_pattern(step, where);
}

void Bpe::read_template(const Json& step, const std::string& where) {
  if (step.is_null()) return;
  GALLOP_CHECK(type_of(step) == "TemplateProcessing", Unsupported, "{}: the post-processor \"{}\" is not known to this kind of tokenizer",
               where, type_of(step));
  bool text_seen = false;
  for (const auto& part : member(step, "single", where)) {
    if (part.contains("Sequence")) {
      text_seen = true;
      continue;
    }
    const auto name = text_member(member(part, "SpecialToken", where), "id", where);
    const auto& special = member(member(step, "special_tokens", where), name.c_str(), where);
    for (const auto& id : member(special, "ids", where)) {
      GALLOP_CHECK(id.is_number_integer() && id >= 0 && id < (1 << 24), FormatError, "{}: special token \"{}\" has no number", where, name);
      (text_seen ? after_ : before_).push_back(id.get<int>());
    }
  }
  GALLOP_CHECK(text_seen, FormatError, "{}: the template has no place for the text", where);
}

}  // namespace gallop::text
