#include "text/unigram.h"

#include <algorithm>
#include <array>
#include <limits>

#include "base/check.h"
#include "base/files.h"
#include "base/json.h"
#include "text/sentencepiece.h"
#include "text/utf8.h"

namespace gallop::text {
namespace {

constexpr std::string_view kSpace = "\xE2\x96\x81";  // U+2581, the visible blank of SentencePiece

std::string decode_base64(std::string_view text, const std::string& where) {
  static constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::array<int, 256> value{};
  value.fill(-1);
  for (std::size_t i = 0; i < kDigits.size(); ++i) value[static_cast<unsigned char>(kDigits[i])] = static_cast<int>(i);
  std::string bytes;
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : text) {
    if (c == '=') break;
    const int digit = value[static_cast<unsigned char>(c)];
    GALLOP_CHECK(digit >= 0, FormatError, "{}: the normaliser table is not base64", where);
    bits = (bits << 6) | static_cast<std::uint32_t>(digit);
    count += 6;
    if (count >= 8) {
      count -= 8;
      bytes.push_back(static_cast<char>((bits >> count) & 0xFF));
    }
  }
  return bytes;
}

std::string charsmap_of(const base::Json& normalizer, const std::string& where) {
  if (normalizer.is_null()) return {};
  if (normalizer.value("type", std::string()) == "Precompiled")
    return decode_base64(normalizer.at("precompiled_charsmap").get<std::string>(), where);
  std::string blob;
  if (normalizer.value("type", std::string()) == "Sequence")
    for (const auto& step : normalizer.at("normalizers")) {
      const auto type = step.value("type", std::string());
      GALLOP_CHECK(type == "Precompiled" || type == "Replace" || type == "Strip", Unsupported,
                   "{}: the normaliser step \"{}\" is not known", where, type);
      if (type == "Precompiled") blob = charsmap_of(step, where);
    }
  return blob;
}

// Runs of blanks to one visible blank, and one in front.
std::string marked(std::string_view text) {
  std::string result;
  bool blank = false;
  for (const char c : text) {
    if (c == ' ') {
      if (!blank) result += kSpace;
    } else {
      result.push_back(c);
    }
    blank = c == ' ';
  }
  return result.starts_with(kSpace) ? result : std::string(kSpace) + result;
}

}  // namespace

Unigram Unigram::read(const std::filesystem::path& file) {
  const auto where = file.string();
  if (file.extension() == ".model") return from_sentencepiece(base::read_text(file), where);
  const auto json = base::read_json(file);
  GALLOP_CHECK(json.is_object() && json.contains("model") && json["model"].value("type", std::string()) == "Unigram", FormatError,
               "{}: expected a tokenizer.json with a Unigram model", where);
  Unigram tokenizer;
  const auto& model = json["model"];
  double lowest = std::numeric_limits<double>::infinity();
  for (const auto& entry : model.at("vocab")) {
    GALLOP_CHECK(entry.is_array() && entry.size() == 2 && entry[0].is_string() && entry[1].is_number(), FormatError,
                 "{}: entry {} of the vocabulary is broken", where, tokenizer.scores_.size());
    const auto piece = entry[0].get<std::string>();
    tokenizer.pieces_.emplace(piece, static_cast<int>(tokenizer.scores_.size()));
    tokenizer.longest_ = std::max(tokenizer.longest_, piece.size());
    tokenizer.scores_.push_back(entry[1].get<double>());
    lowest = std::min(lowest, tokenizer.scores_.back());
  }
  GALLOP_CHECK(!tokenizer.scores_.empty() && model.contains("unk_id") && model["unk_id"].is_number_integer(), FormatError,
               "{}: no vocabulary or no unknown token", where);
  tokenizer.unknown_ = model["unk_id"];
  tokenizer.unknown_score_ = lowest - 10.0;
  tokenizer.byte_fallback_ = model.value("byte_fallback", false);
  tokenizer.charsmap_ = Charsmap(charsmap_of(json.value("normalizer", base::Json()), where), where);
  for (const auto& token : json.value("added_tokens", base::Json::array()))
    if (token.value("special", false)) tokenizer.specials_.emplace_back(token.at("content").get<std::string>(), token.at("id").get<int>());
  std::stable_sort(tokenizer.specials_.begin(), tokenizer.specials_.end(),
                   [](const auto& a, const auto& b) { return a.first.size() > b.first.size(); });
  const auto end = tokenizer.pieces_.find("</s>");
  GALLOP_CHECK(end != tokenizer.pieces_.end(), FormatError, "{}: the vocabulary has no </s>", where);
  tokenizer.end_ = end->second;
  return tokenizer;
}

Unigram Unigram::from_sentencepiece(std::string_view bytes, const std::string& where) {
  const auto model = parse_sentencepiece(bytes, where);
  Unigram tokenizer;
  double lowest = std::numeric_limits<double>::infinity();
  for (const auto& piece : model.pieces) {
    const auto id = static_cast<int>(tokenizer.scores_.size());
    if (piece.type == 2) tokenizer.unknown_ = id;
    // Control pieces stand for themselves only where the user writes them.
    if (piece.type == 2 || piece.type == 3) tokenizer.specials_.emplace_back(piece.text, id);
    if (piece.text == "</s>") tokenizer.end_ = id;
    tokenizer.pieces_.emplace(piece.text, id);
    tokenizer.longest_ = std::max(tokenizer.longest_, piece.text.size());
    tokenizer.scores_.push_back(piece.score);
    lowest = std::min(lowest, tokenizer.scores_.back());
  }
  // The published model has 300 sentinels, the last one first.
  const int sentinels = model.pieces.size() > 200'000 ? 300 : 100;
  for (int i = sentinels - 1; i >= 0; --i) {
    tokenizer.specials_.emplace_back(fmt::format("<extra_id_{}>", i), static_cast<int>(tokenizer.scores_.size()));
    tokenizer.scores_.push_back(0.0);
  }
  std::stable_sort(tokenizer.specials_.begin(), tokenizer.specials_.end(),
                   [](const auto& a, const auto& b) { return a.first.size() > b.first.size(); });
  tokenizer.unknown_score_ = lowest - 10.0;
  tokenizer.charsmap_ = Charsmap(model.charsmap, where);
  return tokenizer;
}

std::vector<int> Unigram::encode(std::string_view text, std::size_t limit) const {
  std::vector<int> ids;
  std::size_t plain = 0;
  for (std::size_t at = 0; at < text.size();) {
    const auto found = text[at] != '<' ? specials_.end() : std::find_if(specials_.begin(), specials_.end(), [&](const auto& special) {
      return text.substr(at).starts_with(special.first);
    });
    if (found == specials_.end()) {
      ++at;
      continue;
    }
    encode_plain(text.substr(plain, at - plain), ids);
    ids.push_back(found->second);
    plain = at += found->first.size();
  }
  encode_plain(text.substr(plain), ids);
  if (ids.size() + 1 > limit) ids.resize(limit - 1);
  ids.push_back(end_);
  return ids;
}

void Unigram::encode_plain(std::string_view text, std::vector<int>& ids) const {
  if (text.empty()) return;
  const auto normal = charsmap_.normalize(text);
  if (normal.empty()) return;
  const auto line = marked(normal);
  std::size_t begin = 0;
  while (begin < line.size()) {
    auto end = line.find(kSpace, begin + kSpace.size());
    if (end == std::string::npos) end = line.size();
    encode_word(std::string_view(line).substr(begin, end - begin), ids);
    begin = end;
  }
}

void Unigram::encode_word(std::string_view word, std::vector<int>& ids) const {
  struct Node {
    double score = -std::numeric_limits<double>::infinity();
    std::size_t from = 0;
    int id = -1;
  };
  std::vector<Node> best(word.size() + 1);
  best[0].score = 0.0;
  for (const auto& letter : letters(word)) {
    const auto start = letter.offset;
    const double base = best[start].score;
    bool single = false;
    for (std::size_t length = 1; length <= std::min(longest_, word.size() - start); ++length) {
      const auto found = pieces_.find(std::string(word.substr(start, length)));
      if (found == pieces_.end()) continue;
      single = single || length == letter.length;
      auto& node = best[start + length];
      const double score = base + scores_[static_cast<std::size_t>(found->second)];
      if (node.id < 0 || score > node.score) node = {score, start, found->second};
    }
    if (single) continue;
    auto& node = best[start + letter.length];
    if (node.id < 0 || base + unknown_score_ > node.score) node = {base + unknown_score_, start, unknown_};
  }
  std::vector<std::pair<std::string_view, int>> path;
  for (std::size_t at = word.size(); at > 0; at = best[at].from)
    path.emplace_back(word.substr(best[at].from, at - best[at].from), best[at].id);
  std::reverse(path.begin(), path.end());
  for (std::size_t i = 0; i < path.size(); ++i) {
    if (path[i].second != unknown_) {
      ids.push_back(path[i].second);
    } else if (byte_fallback_) {
      append_unknown(path[i].first, ids);
    } else if (i == 0 || path[i - 1].second != unknown_) {
      ids.push_back(unknown_);  // neighbouring unknown letters are one token
    }
  }
}

void Unigram::append_unknown(std::string_view piece, std::vector<int>& ids) const {
  std::vector<int> bytes;
  for (const char c : piece) {
    const auto found = pieces_.find(fmt::format("<0x{:02X}>", static_cast<unsigned char>(c)));
    if (found == pieces_.end()) {
      ids.push_back(unknown_);
      return;
    }
    bytes.push_back(found->second);
  }
  ids.insert(ids.end(), bytes.begin(), bytes.end());
}

}  // namespace gallop::text
