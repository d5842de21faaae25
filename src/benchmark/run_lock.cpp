#include "benchmark/run_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "base/check.h"
#include "base/names.h"

namespace gallop::benchmark {

RunLock::RunLock(const std::filesystem::path& run) {
  GALLOP_CHECK(!run.empty(), InvalidArgument, "run: no folder was named for the ledger and the results");
  std::error_code error;
  std::filesystem::create_directories(run, error);
  GALLOP_CHECK(std::filesystem::is_directory(run), IoError, "{}: the run folder cannot be made: {}", base::quote(run), error.message());
  const auto file = run / "lock";
  fd_ = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  GALLOP_CHECK(fd_ >= 0, IoError, "{}: the run folder cannot be written: {}; choose another, or read it with status or report",
               base::quote(run), std::strerror(errno));
  if (::flock(fd_, LOCK_EX | LOCK_NB) != 0) {
    const bool taken = errno == EWOULDBLOCK;
    const std::string why = std::strerror(errno);
    std::array<char, 128> holder{};
    const auto count = ::read(fd_, holder.data(), holder.size() - 1);
    ::close(fd_);
    GALLOP_CHECK(!taken, IoError,
                 "{}: another process works on this run ({}); wait for it, or give each process its own folder and shard and merge them",
                 base::quote(run), count > 0 ? holder.data() : "unknown");
    throw IoError(fmt::format("{}: the run folder cannot be locked: {}", base::quote(run), why));
  }
  std::array<char, 64> host{};
  ::gethostname(host.data(), host.size() - 1);
  const auto text = fmt::format("process {} on {}", ::getpid(), host.data());
  // Only for the message of the next one; a full disk is noticed where it matters.
  if (::ftruncate(fd_, 0) == 0 && ::pwrite(fd_, text.data(), text.size(), 0) < 0) errno = 0;
}

RunLock::~RunLock() { ::close(fd_); }

}  // namespace gallop::benchmark
