#include "text/clip_bpe.h"

#include <utf8proc.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <limits>
#include <memory>
#include <span>

#include "base/check.h"
#include "base/files.h"
#include "base/names.h"
#include "text/prompt.h"
#include "text/utf8.h"

namespace gallop::text {
namespace {

constexpr std::int32_t kBytes = 256, kMerges = 48894;
constexpr std::uint64_t kLimit = 1 << 26;  // bytes of the decompressed vocabulary

// Token id of each byte: printable ones first, in the order of GPT-2's table.
std::array<std::int32_t, 256> byte_ids() {
  const auto printable = [](int byte) { return (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174; };
  std::array<std::int32_t, 256> ids{};
  std::int32_t next = 0;
  for (const bool wanted : {true, false})
    for (int byte = 0; byte < 256; ++byte)
      if (printable(byte) == wanted) ids[static_cast<std::size_t>(byte)] = next++;
  return ids;
}

// The vocabulary writes byte symbols as these code points: itself when printable, else 256 + its rank among the others.
std::int32_t byte_symbol(int byte, std::int32_t id) { return id < 188 ? byte : 256 + id - 188; }

// gzip and plain files alike.
std::string read_compressed(const std::filesystem::path& file) {
  base::require_file(file, "vocabulary");
  const std::unique_ptr<gzFile_s, int (*)(gzFile)> input(gzopen(file.c_str(), "rb"), gzclose);
  GALLOP_CHECK(input != nullptr, IoError, "{}: cannot be opened", base::quote(file));
  std::string text;
  std::array<char, 1 << 16> buffer;
  for (int count; (count = gzread(input.get(), buffer.data(), buffer.size())) != 0;) {
    GALLOP_CHECK(count > 0, FormatError, "{}: damaged compression after {} bytes; get the file again", base::quote(file), text.size());
    text.append(buffer.data(), static_cast<std::size_t>(count));
    GALLOP_CHECK(text.size() <= kLimit, FormatError, "{}: more than {} bytes; this is not the CLIP vocabulary", base::quote(file), kLimit);
  }
  return text;
}

std::uint64_t pair_key(std::int32_t left, std::int32_t right) {
  return static_cast<std::uint64_t>(left) << 32 | static_cast<std::uint32_t>(right);
}

enum class Kind { letter, number, blank, other };

Kind kind_of(char32_t code) {
  const auto category = utf8proc_category(static_cast<utf8proc_int32_t>(code));
  if (category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_LO) return Kind::letter;
  if (category >= UTF8PROC_CATEGORY_ND && category <= UTF8PROC_CATEGORY_NO) return Kind::number;
  const bool separator = category >= UTF8PROC_CATEGORY_ZS && category <= UTF8PROC_CATEGORY_ZP;
  return separator || code == ' ' || (code >= 0x09 && code <= 0x0D) ? Kind::blank : Kind::other;
}

// Bytes of the word that starts at letter `start`: a contraction, a run of letters, one digit, or a run of other characters.
std::string_view word_at(std::string_view text, std::span<const Letter> all, std::size_t start) {
  const auto rest = text.substr(all[start].offset);
  for (const std::string_view ending : {"'s", "'t", "'re", "'ve", "'m", "'ll", "'d"})
    if (rest.starts_with(ending)) return rest.substr(0, ending.size());
  const auto kind = kind_of(all[start].code);
  auto end = start + 1;
  while (kind != Kind::number && end < all.size() && kind_of(all[end].code) == kind) ++end;
  return rest.substr(0, all[end - 1].offset + all[end - 1].length - all[start].offset);
}

}  // namespace

std::string clean_clip_text(std::string_view text) {
  const auto clean = clean_prompt(text);
  std::string lower;
  for (const auto& letter : letters(clean))
    append(lower, static_cast<char32_t>(utf8proc_tolower(static_cast<utf8proc_int32_t>(letter.code))));
  return lower;
}

ClipBpe ClipBpe::load(const std::filesystem::path& file) {
  const auto text = read_compressed(file);
  std::unordered_map<std::string, std::int32_t> pieces;
  const auto bytes = byte_ids();
  for (int byte = 0; byte < 256; ++byte) {
    std::string symbol;
    append(symbol, static_cast<char32_t>(byte_symbol(byte, bytes[static_cast<std::size_t>(byte)])));
    pieces.emplace(symbol, bytes[static_cast<std::size_t>(byte)]);
    pieces.emplace(symbol + "</w>", bytes[static_cast<std::size_t>(byte)] + kBytes);
  }
  ClipBpe bpe;
  auto line_start = text.find('\n');  // the first line is a header
  for (std::int32_t i = 0; i < kMerges; ++i) {
    GALLOP_CHECK(line_start != std::string::npos && line_start + 1 < text.size(), FormatError,
                 "{}: {} merges, expected {}; the file is cut off", base::quote(file), i, kMerges);
    const auto line_end = text.find('\n', line_start + 1);
    const std::string_view line =
        std::string_view(text).substr(line_start + 1, (line_end == std::string::npos ? text.size() : line_end) - line_start - 1);
    const auto blank = line.find(' ');
    const auto left = pieces.find(std::string(line.substr(0, blank)));
    const auto right = blank == std::string_view::npos ? pieces.end() : pieces.find(std::string(line.substr(blank + 1)));
    GALLOP_CHECK(left != pieces.end() && right != pieces.end(), FormatError, "{}: merge {} is {}, expected two known pieces",
                 base::quote(file), i, base::quote(line));
    const auto id = 2 * kBytes + i;
    bpe.merges_.emplace(pair_key(left->second, right->second), id);
    pieces.emplace(left->first + right->first, id);
    line_start = line_end;
  }
  return bpe;
}

void ClipBpe::merge_word(std::string_view word, std::vector<std::int32_t>& ids) const {
  static const auto bytes = byte_ids();
  std::vector<std::int32_t> symbols;
  for (const char letter : word) symbols.push_back(bytes[static_cast<unsigned char>(letter)]);
  symbols.back() += kBytes;  // the end-of-word form
  while (symbols.size() > 1) {
    auto best = std::numeric_limits<std::int32_t>::max();
    for (std::size_t i = 0; i + 1 < symbols.size(); ++i)
      if (const auto found = merges_.find(pair_key(symbols[i], symbols[i + 1])); found != merges_.end())
        best = std::min(best, found->second);
    if (best == std::numeric_limits<std::int32_t>::max()) break;
    std::vector<std::int32_t> merged;
    for (std::size_t i = 0; i < symbols.size(); ++i) {
      const auto found = i + 1 < symbols.size() ? merges_.find(pair_key(symbols[i], symbols[i + 1])) : merges_.end();
      const bool here = found != merges_.end() && found->second == best;
      merged.push_back(here ? best : symbols[i]);
      i += here ? 1 : 0;
    }
    symbols = std::move(merged);
  }
  ids.insert(ids.end(), symbols.begin(), symbols.end());
}

std::vector<std::int32_t> ClipBpe::encode(std::string_view text) const {
  constexpr std::string_view kStartWord = "<|startoftext|>", kEndWord = "<|endoftext|>";
  const auto clean = clean_clip_text(text);
  const auto all = letters(clean);
  std::vector<std::int32_t> ids;
  for (std::size_t i = 0; i < all.size();) {
    const auto rest = std::string_view(clean).substr(all[i].offset);
    if (kind_of(all[i].code) == Kind::blank) {
      ++i;
    } else if (rest.starts_with(kStartWord) || rest.starts_with(kEndWord)) {
      const bool start = rest.starts_with(kStartWord);
      ids.push_back(start ? kStart : kEnd);
      i += start ? kStartWord.size() : kEndWord.size();
    } else {
      const auto word = word_at(clean, all, i);
      merge_word(word, ids);
      for (const auto end = all[i].offset + word.size(); i < all.size() && all[i].offset < end;) ++i;
    }
  }
  return ids;
}

std::vector<std::int64_t> ClipBpe::tokens(std::string_view text, std::size_t context, Overflow overflow) const {
  const auto ids = encode(text);
  GALLOP_CHECK(ids.size() + 2 <= context || overflow == Overflow::cut, InvalidArgument,
               "text: {} has {} tokens with start and end, the model reads {}; shorten it", base::quote(text), ids.size() + 2, context);
  std::vector<std::int64_t> row = {kStart};
  row.insert(row.end(), ids.begin(), ids.end());
  row.push_back(kEnd);
  row.resize(context, 0);
  if (ids.size() + 2 > context) row.back() = kEnd;
  return row;
}

}  // namespace gallop::text
