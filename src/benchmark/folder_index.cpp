#include "benchmark/folder_index.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "base/check.h"
#include "base/names.h"
#include "benchmark/clip_names.h"

namespace gallop::benchmark {
namespace {

namespace fs = std::filesystem;

bool has_clip_ending(const fs::path& name) {
  constexpr std::array<std::string_view, 12> kEndings = {".mp4", ".m4v", ".mov",  ".mkv", ".webm", ".avi",
                                                         ".gif", ".mpg", ".mpeg", ".ts",  ".y4m",  ".png"};
  auto ending = name.extension().string();
  std::transform(ending.begin(), ending.end(), ending.begin(),
                 [](unsigned char c) { return static_cast<char>(c < 128 ? std::tolower(c) : c); });
  return std::find(kEndings.begin(), kEndings.end(), ending) != kEndings.end();
}

// Directory entries in byte order; what cannot be listed is an error, not an empty folder.
std::vector<fs::directory_entry> listed(const fs::path& folder) {
  std::error_code error;
  std::vector<fs::directory_entry> entries;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error))
    if (at->path().filename().native().front() != '.') entries.push_back(*at);
  GALLOP_CHECK(!error, IoError, "{}: the folder cannot be listed: {}", base::quote(folder), error.message());
  std::sort(entries.begin(), entries.end(), [](const auto& a, const auto& b) { return a.path().native() < b.path().native(); });
  return entries;
}

std::string without_ending(const std::string& relative) {
  const auto slash = relative.rfind('/');
  const auto dot = relative.rfind('.');
  return dot == relative.npos || (slash != relative.npos && dot < slash) ? relative : relative.substr(0, dot);
}

}  // namespace

FolderIndex::FolderIndex(const fs::path& root) {
  std::error_code error;
  GALLOP_CHECK(fs::is_directory(root, error), NotFound, "videos: {} is no folder; name the folder that holds the clips", base::quote(root));
  for (const auto& entry : listed(root)) {
    const auto name = entry.path().filename();
    if (!entry.is_directory(error)) {
      if (has_clip_ending(name)) add(name.string());
      continue;
    }
    for (const auto& inner : listed(entry.path()))
      if (!inner.is_directory(error) && has_clip_ending(inner.path())) add(name.string() + "/" + inner.path().filename().string());
  }
  std::sort(files_.begin(), files_.end());
}

void FolderIndex::add(std::string relative) {
  by_stem_.emplace(composed(without_ending(relative)), relative);
  files_.push_back(std::move(relative));
}

std::string FolderIndex::find(std::string_view folder, std::string_view stem) const {
  const auto plain = composed(stem);
  auto found = by_stem_.find(std::string(folder) + "/" + plain);
  if (found == by_stem_.end()) found = by_stem_.find(plain);
  return found == by_stem_.end() ? "" : found->second;
}

bool FolderIndex::holds(std::string_view relative) const {
  return std::binary_search(files_.begin(), files_.end(), relative, std::less<>());
}

std::string unreadable_reason(const fs::path& file) {
  const int fd = ::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) return std::string("cannot be opened: ") + std::strerror(errno);
  std::array<unsigned char, 64> head{};
  const auto count = ::read(fd, head.data(), head.size());
  const auto error = errno;
  ::close(fd);
  if (count < 0) return std::string("cannot be read: ") + std::strerror(error);
  if (count == 0) return "is empty (0 bytes)";
  const auto used = head.begin() + count;
  if (std::all_of(head.begin(), used, [](unsigned char c) { return c == 0; })) return "begins with zeros: an unfinished download?";
  const bool text =
      std::all_of(head.begin(), used, [](unsigned char c) { return c == '\n' || c == '\r' || c == '\t' || (c >= 0x20 && c < 0x7f); });
  // YUV4MPEG is the one format of clips that begins as text.
  if (text && std::string_view(reinterpret_cast<const char*>(head.data()), 9) != "YUV4MPEG2") return "is text, no clip";
  return "";
}

}  // namespace gallop::benchmark
