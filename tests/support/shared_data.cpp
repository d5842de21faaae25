#include "support/shared_data.h"

#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <string>

namespace gallop::test {

std::optional<std::filesystem::path> shared_root() {
  const char* named = std::getenv("GALLOP_SHARED");
  const std::filesystem::path root = named != nullptr ? named : std::filesystem::path(GALLOP_CHECKOUT) / ".." / "shared";
  if (std::filesystem::is_directory(root / "data")) return root;
  return std::nullopt;
}

std::optional<std::filesystem::path> shared_file(std::string_view relative) {
  const auto root = shared_root();
  if (root && std::filesystem::exists(*root / relative)) return *root / relative;
  std::printf("SKIPPED: shared test data \"%.*s\" is absent; set GALLOP_SHARED to its folder to run this part\n",
              static_cast<int>(relative.size()), relative.data());
  return std::nullopt;
}

ScratchFolder::ScratchFolder() {
  auto pattern = (std::filesystem::temp_directory_path() / "gallop-test-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no scratch folder: " + pattern);
  path_ = pattern;
}

ScratchFolder::~ScratchFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace gallop::test
