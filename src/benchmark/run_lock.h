// One process a run folder.
#pragma once

#include <filesystem>

namespace gallop::benchmark {

// Held until destroyed; a process that dies gives it up. IoError naming the holder when the folder is taken, or when the
// folder cannot be made or written.
class RunLock {
 public:
  explicit RunLock(const std::filesystem::path& run);
  ~RunLock();
  RunLock(const RunLock&) = delete;
  RunLock& operator=(const RunLock&) = delete;

 private:
  int fd_ = -1;
};

}  // namespace gallop::benchmark
