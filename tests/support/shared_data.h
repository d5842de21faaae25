// The project's shared test data, which is not part of the repository.
#pragma once

#include <filesystem>
#include <optional>
#include <string_view>

namespace gallop::test {

// Folder named by GALLOP_SHARED, or ../shared beside the checkout; nothing when absent.
std::optional<std::filesystem::path> shared_root();
// A file below it; prints a loud line and returns nothing when the data or the file is absent.
std::optional<std::filesystem::path> shared_file(std::string_view relative);
// A fresh empty folder for one test, removed when the object goes.
class ScratchFolder {
 public:
  ScratchFolder();
  ~ScratchFolder();
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path operator/(std::string_view name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

}  // namespace gallop::test
