// What a folder of clips holds: names, not contents.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace gallop::benchmark {

// The clips directly in a folder and in its direct sub-folders.
class FolderIndex {
 public:
  // NotFound, IoError. Hidden names and files without a clip's ending are left out.
  explicit FolderIndex(const std::filesystem::path& root);

  // The clip `stem` (any clip ending) in sub-folder `folder`, else in the root; "" when absent. With several endings the first
  // by name is taken and the others stay unused.
  std::string find(std::string_view folder, std::string_view stem) const;
  bool holds(std::string_view relative) const;
  const std::vector<std::string>& files() const noexcept { return files_; }  // relative paths, sorted by bytes

 private:
  void add(std::string relative);
  std::vector<std::string> files_;
  std::map<std::string, std::string, std::less<>> by_stem_;  // relative path without ending, composed Unicode -> relative path
};

// Why the file cannot be judged, from its size, permission and first bytes; "" when nothing speaks against it.
std::string unreadable_reason(const std::filesystem::path& file);

}  // namespace gallop::benchmark
