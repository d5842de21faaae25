// Whole-file reading, read-only mappings, and atomic writing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace gallop::base {

// The file as text. NotFound, IoError; FormatError above `limit` bytes.
std::string read_text(const std::filesystem::path& file, std::uint64_t limit = 1ULL << 30);

// Throws NotFound when absent, InvalidArgument when it is a folder or no regular file.
void require_file(const std::filesystem::path& file, std::string_view what);

// A file mapped read-only. Shared: tensors keep it alive.
class MappedFile {
 public:
  static std::shared_ptr<const MappedFile> open(const std::filesystem::path& file);  // NotFound, IoError
  ~MappedFile();
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;
  std::span<const std::byte> bytes() const noexcept { return {data_, size_}; }
  const std::filesystem::path& path() const noexcept { return path_; }

 private:
  MappedFile(std::filesystem::path path, const std::byte* data, std::size_t size);
  std::filesystem::path path_;
  const std::byte* data_;
  std::size_t size_;
};

// Gives `write` a temporary path in the target's folder, then syncs and renames it over `target`. On any exception the
// temporary file is removed and the target is untouched. IoError when the folder cannot be written.
void write_atomic(const std::filesystem::path& target, const std::function<void(const std::filesystem::path&)>& write);
void write_text_atomic(const std::filesystem::path& target, std::string_view text);

}  // namespace gallop::base
