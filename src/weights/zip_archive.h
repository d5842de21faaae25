// Entries of a zip file, found through its central directory and checked against the file's bounds.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/files.h"

namespace gallop::weights {

// Bytes of an entry and what keeps them alive: the mapped file, or a buffer when they had to be inflated.
struct ZipBytes {
  std::span<const std::byte> bytes;
  std::shared_ptr<const void> owner;
};

// Used by one thread.
class ZipArchive {
 public:
  // FormatError: no zip, damaged directory, encrypted or unknown entries, a name twice.
  explicit ZipArchive(std::shared_ptr<const base::MappedFile> file);
  static bool looks_like(std::span<const std::byte> bytes);

  bool contains(const std::string& name) const { return entries_.contains(name); }
  // FormatError when absent or damaged. Entries stored without compression are not copied.
  ZipBytes read(const std::string& name) const;
  std::vector<std::string> names() const;

 private:
  struct Entry {
    std::uint64_t header = 0, packed = 0, size = 0;
    std::uint16_t method = 0;
  };
  std::span<const std::byte> range(std::uint64_t offset, std::uint64_t length, const char* what) const;
  std::uint64_t number(std::uint64_t offset, int bytes, const char* what) const;
  void read_directory();

  std::shared_ptr<const base::MappedFile> file_;
  std::map<std::string, Entry> entries_;
  mutable std::uint64_t unpacked_ = 0;  // bytes inflated so far
};

}  // namespace gallop::weights
