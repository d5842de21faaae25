// SHA-256 of files, computed once for a file that has not changed.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace gallop::benchmark {

// What tells a file from its other versions without reading it. The change time is the kernel's: it cannot be set back.
struct FileStamp {
  std::int64_t device = 0, inode = 0, size = 0, modified = 0, changed = 0;  // times in nanoseconds
  bool operator==(const FileStamp&) const = default;
  static FileStamp of(const std::filesystem::path& file);  // NotFound, IoError
};

struct HashedFile {
  FileStamp stamp;
  std::string sha256;
};

// Used by one thread at a time.
class FileHashes {
 public:
  void known(const HashedFile& file) { entries_[{file.stamp.device, file.stamp.inode}] = file; }
  const std::string& of(const std::filesystem::path& file);
  // Hashes computed since the last call, to be kept with the next write.
  std::vector<HashedFile> take_fresh() { return std::exchange(fresh_, {}); }

 private:
  std::map<std::pair<std::int64_t, std::int64_t>, HashedFile> entries_;
  std::vector<HashedFile> fresh_;
};

}  // namespace gallop::benchmark
