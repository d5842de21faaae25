#include "benchmark/file_hashes.h"

#include <sys/stat.h>

#include <cerrno>
#include <cstring>

#include "base/check.h"
#include "base/hash.h"
#include "base/names.h"

namespace gallop::benchmark {

FileStamp FileStamp::of(const std::filesystem::path& file) {
  struct stat info{};
  if (::stat(file.c_str(), &info) != 0) {
    const int error = errno;
    GALLOP_CHECK(error != ENOENT, NotFound, "{}: no such file; it was there when the run was planned", base::quote(file));
    throw IoError(fmt::format("{}: cannot be looked at: {}", base::quote(file), std::strerror(error)));
  }
  const auto nanoseconds = [](const timespec& time) { return static_cast<std::int64_t>(time.tv_sec) * 1'000'000'000 + time.tv_nsec; };
  return {static_cast<std::int64_t>(info.st_dev), static_cast<std::int64_t>(info.st_ino), static_cast<std::int64_t>(info.st_size),
          nanoseconds(info.st_mtim), nanoseconds(info.st_ctim)};
}

const std::string& FileHashes::of(const std::filesystem::path& file) {
  const auto stamp = FileStamp::of(file);
  auto& entry = entries_[{stamp.device, stamp.inode}];
  if (entry.sha256.empty() || entry.stamp != stamp) {
    entry = {stamp, base::sha256_file(file)};
    fresh_.push_back(entry);
  }
  return entry.sha256;
}

}  // namespace gallop::benchmark
