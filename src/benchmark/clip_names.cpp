#include "benchmark/clip_names.h"

#include <utf8proc.h>

#include <array>
#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <memory>

#include "base/check.h"
#include "base/hash.h"

namespace gallop::benchmark {
namespace {

constexpr std::size_t kLongestStem = 240;  // "-<index>.mp4" must fit in a name of 255 bytes
constexpr std::size_t kLongestPath = 1024;

bool is_control(unsigned char c) { return c < 0x20 || c == 0x7f; }

std::string mapped(std::string_view text, utf8proc_option_t options) {
  utf8proc_uint8_t* out = nullptr;
  const auto size =
      utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(text.data()), static_cast<utf8proc_ssize_t>(text.size()), &out, options);
  const std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)> owner(out, &std::free);
  return size < 0 ? std::string(text) : std::string(reinterpret_cast<const char*>(out), static_cast<std::size_t>(size));
}

}  // namespace

bool is_utf8(std::string_view text) {
  const auto* at = reinterpret_cast<const utf8proc_uint8_t*>(text.data());
  auto left = static_cast<utf8proc_ssize_t>(text.size());
  while (left > 0) {
    utf8proc_int32_t point = 0;
    const auto used = utf8proc_iterate(at, left, &point);
    if (used < 1) return false;
    at += used;
    left -= used;
  }
  return true;
}

std::string stem_of(std::string_view prompt) {
  bool plain = !prompt.empty() && prompt.size() <= kLongestStem && is_utf8(prompt) && prompt.front() != '.' && prompt.front() != '~';
  for (const char c : prompt) plain = plain && c != '/' && c != '\\' && !is_control(static_cast<unsigned char>(c));
  if (plain) return std::string(prompt);
  std::string start;
  for (const char c : prompt.substr(0, 60))
    start += (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == ' ' ? c : '_';
  return start + "~" + base::sha256_hex(prompt).substr(0, 16);
}

bool is_safe_relative(std::string_view path) {
  if (path.empty() || path.size() > kLongestPath || path.front() == '/' || path.find("//") != path.npos || !is_utf8(path)) return false;
  for (const char c : path)
    if (is_control(static_cast<unsigned char>(c))) return false;
  for (const auto& part : std::filesystem::path(path))
    if (part == ".." || part == "." || part.empty()) return false;
  return true;
}

std::string_view folder_of(std::string_view dimension) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 5> kShared = {{{"background_consistency", "scene"},
                                                                                     {"aesthetic_quality", "overall_consistency"},
                                                                                     {"imaging_quality", "overall_consistency"},
                                                                                     {"motion_smoothness", "subject_consistency"},
                                                                                     {"dynamic_degree", "subject_consistency"}}};
  for (const auto& [name, folder] : kShared)
    if (name == dimension) return folder;
  return dimension;
}

std::optional<StemParts> split_stem(std::string_view stem) {
  const auto dash = stem.rfind('-');
  if (dash == stem.npos || dash == 0 || dash + 1 == stem.size()) return std::nullopt;
  int sample = 0;
  const char* end = stem.data() + stem.size();
  const auto [at, error] = std::from_chars(stem.data() + dash + 1, end, sample);
  if (error != std::errc() || at != end || sample < 0) return std::nullopt;
  return StemParts{std::string(stem.substr(0, dash)), sample};
}

std::string composed(std::string_view text) { return mapped(text, static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE)); }

std::string folded(std::string_view text) {
  auto plain = mapped(text, static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_CASEFOLD));
  std::string out;
  for (const char c : plain) {
    const bool blank = c == ' ' || c == '_' || c == '\t';
    if (blank && (out.empty() || out.back() == ' ')) continue;
    out += blank ? ' ' : c;
  }
  while (!out.empty() && (out.back() == ' ' || out.back() == '.' || out.back() == ',')) out.pop_back();
  return out;
}

}  // namespace gallop::benchmark
