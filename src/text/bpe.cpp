#include "text/bpe.h"

#include <queue>

#include "base/check.h"
#include "text/utf8.h"

namespace gallop::text {
namespace {

bool is_blank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

// Symbols in a doubly linked list, so that a merge costs no shifting: a prompt without separators is one long word.
struct Symbol {
  int id, previous, next;
  bool alive;
};

struct Candidate {
  std::uint32_t rank;
  int at, left, right, merged;
  // Lowest rank first, then leftmost.
  bool operator<(const Candidate& other) const { return rank != other.rank ? rank > other.rank : at > other.at; }
};

}  // namespace

std::vector<int> Bpe::encode(std::string_view text) const {
  auto ids = before_;
  const auto bare = encode_bare(text);
  ids.insert(ids.end(), bare.begin(), bare.end());
  ids.insert(ids.end(), after_.begin(), after_.end());
  return ids;
}

std::vector<int> Bpe::encode_bare(std::string_view text) const {
  std::vector<int> ids;
  cut(text, raw_, ids, [&](std::string_view plain) {
    const auto normal = normalized(plain);
    cut(normal, normal_, ids, [&](std::string_view rest) { encode_words(rest, ids); });
  });
  return ids;
}

// Leftmost added tokens, the longest of those that begin at one place; what lies between goes to `plain`.
template <class Plain>
void Bpe::cut(std::string_view text, const AddedByFirstByte& added, std::vector<int>& ids, const Plain& plain) const {
  std::size_t begin = 0;
  for (std::size_t at = 0; at < text.size();) {
    const auto group = added.find(text[at]);
    const Added* found = nullptr;
    if (group != added.end())
      for (const auto& token : group->second)
        if (text.substr(at).starts_with(token.content)) {
          found = &token;
          break;
        }
    if (found == nullptr) {
      ++at;
      continue;
    }
    auto end = at;
    if (found->strip_left)
      while (end > begin && is_blank(text[end - 1])) --end;
    if (end > begin) plain(text.substr(begin, end - begin));
    ids.push_back(found->id);
    at += found->content.size();
    if (found->strip_right)
      while (at < text.size() && is_blank(text[at])) ++at;
    begin = at;
  }
  if (begin < text.size()) plain(text.substr(begin));
}

std::string Bpe::normalized(std::string_view text) const {
  std::string result(text);
  for (const auto& step : normalizer_) {
    if (step.kind == Replacement::Kind::nfc) {
      result = nfc(result);
    } else if (step.kind == Replacement::Kind::prepend) {
      if (!result.empty()) result.insert(0, step.to);
    } else {
      std::string replaced;
      std::size_t begin = 0;
      for (auto at = result.find(step.from); at != std::string::npos; at = result.find(step.from, begin)) {
        replaced.append(result, begin, at - begin).append(step.to);
        begin = at + step.from.size();
      }
      result = replaced.append(result, begin);
    }
  }
  return result;
}

void Bpe::encode_words(std::string_view text, std::vector<int>& ids) const {
  while (!text.empty()) {
    const auto at = split_.empty() ? std::string_view::npos : text.find(split_);
    const auto length = at == std::string_view::npos ? text.size() : at + split_.size();
    encode_word(text.substr(0, length), ids);
    text.remove_prefix(length);
  }
}

// One symbol a letter; unknown letters become their bytes, or one unknown token.
std::vector<int> Bpe::symbols(std::string_view word) const {
  std::vector<int> ids;
  bool last_unknown = false;
  for (const auto& letter : letters(word)) {
    const auto piece = word.substr(letter.offset, letter.length);
    if (const auto found = pieces_.find(std::string(piece)); found != pieces_.end()) {
      ids.push_back(found->second);
      last_unknown = false;
      continue;
    }
    std::vector<int> bytes;
    if (byte_fallback_)
      for (const char c : piece)
        if (const auto found = pieces_.find(fmt::format("<0x{:02X}>", static_cast<unsigned char>(c))); found != pieces_.end())
          bytes.push_back(found->second);
    if (byte_fallback_ && bytes.size() == piece.size()) {
      ids.insert(ids.end(), bytes.begin(), bytes.end());
      last_unknown = false;
    } else if (unknown_ >= 0) {
      if (!last_unknown || !fuse_unknown_) ids.push_back(unknown_);
      last_unknown = true;
    }
  }
  return ids;
}

void Bpe::encode_word(std::string_view word, std::vector<int>& ids) const {
  if (ignore_merges_)
    if (const auto found = pieces_.find(std::string(word)); found != pieces_.end()) {
      ids.push_back(found->second);
      return;
    }
  std::vector<Symbol> list;
  const auto start = symbols(word);
  const auto count = static_cast<int>(start.size());
  for (int i = 0; i < count; ++i) list.push_back({start[static_cast<std::size_t>(i)], i - 1, i + 1 < count ? i + 1 : -1, true});
  const auto symbol = [&](int index) -> Symbol& { return list[static_cast<std::size_t>(index)]; };
  std::priority_queue<Candidate> queue;
  const auto consider = [&](int at) {
    if (at < 0 || symbol(at).next < 0) return;
    const int left = symbol(at).id, right = symbol(symbol(at).next).id;
    const auto found = merges_.find((static_cast<std::uint64_t>(left) << 32) | static_cast<std::uint32_t>(right));
    if (found != merges_.end()) queue.push({found->second.rank, at, left, right, found->second.id});
  };
  for (int i = 0; i < count; ++i) consider(i);
  while (!queue.empty()) {
    const auto best = queue.top();
    queue.pop();
    auto& left = symbol(best.at);
    // Entries made before one of the two was merged away are stale.
    if (!left.alive || left.id != best.left || left.next < 0 || symbol(left.next).id != best.right) continue;
    auto& right = symbol(left.next);
    left.id = best.merged;
    right.alive = false;
    left.next = right.next;
    if (left.next >= 0) symbol(left.next).previous = best.at;
    consider(left.previous);
    consider(best.at);
  }
  for (int at = count > 0 ? 0 : -1; at >= 0; at = symbol(at).next) ids.push_back(symbol(at).id);
}

}  // namespace gallop::text
