#include "base/files.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>

#include "base/check.h"
#include "base/mapped_pages.h"
#include "base/names.h"

namespace gallop::base {
namespace {

// A file descriptor that closes itself.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

std::string system_text() { return std::strerror(errno); }

void write_all(int fd, std::string_view text, const std::filesystem::path& file) {
  while (!text.empty()) {
    const auto written = ::write(fd, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    GALLOP_CHECK(written >= 0, IoError, "{}: writing failed: {}; free space or choose another folder", quote(file), system_text());
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

void sync_path(const std::filesystem::path& path, int flags) {
  const Descriptor fd(::open(path.c_str(), flags | O_CLOEXEC));
  if (fd.get() < 0) return;
  GALLOP_CHECK(::fsync(fd.get()) == 0 || errno == EINVAL || errno == EROFS, IoError, "{}: could not be made durable: {}", quote(path),
               system_text());
}

}  // namespace

void require_file(const std::filesystem::path& file, std::string_view what) {
  std::error_code error;
  const auto status = std::filesystem::status(file, error);
  GALLOP_CHECK(status.type() != std::filesystem::file_type::not_found, NotFound, "{}: no such {}; check the path", quote(file), what);
  GALLOP_CHECK(status.type() != std::filesystem::file_type::directory, InvalidArgument, "{}: is a folder, expected a {}; name a file in it",
               quote(file), what);
  GALLOP_CHECK(!error, IoError, "{}: cannot be looked at: {}", quote(file), error.message());
  GALLOP_CHECK(status.type() == std::filesystem::file_type::regular, InvalidArgument,
               "{}: is not a regular file (a pipe, socket or device); copy it to a file first", quote(file));
}

std::shared_ptr<const MappedFile> MappedFile::open(const std::filesystem::path& file) {
  require_file(file, "file");
  const Descriptor fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  GALLOP_CHECK(fd.get() >= 0, IoError, "{}: cannot be opened: {}", quote(file), system_text());
  struct stat info{};
  GALLOP_CHECK(::fstat(fd.get(), &info) == 0, IoError, "{}: cannot be measured: {}", quote(file), system_text());
  const auto size = static_cast<std::size_t>(info.st_size);
  const std::byte* data = nullptr;
  if (size > 0) {
    void* mapped = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, fd.get(), 0);
    GALLOP_CHECK(mapped != MAP_FAILED, IoError, "{}: cannot be mapped ({} bytes): {}", quote(file), size, system_text());
    data = static_cast<const std::byte*>(mapped);
  }
  return std::shared_ptr<const MappedFile>(new MappedFile(file, data, size));
}

MappedFile::MappedFile(std::filesystem::path path, const std::byte* data, std::size_t size)
    : path_(std::move(path)), data_(data), size_(size) {
  if (data_ != nullptr) add_mapping(bytes());
}

MappedFile::~MappedFile() {
  if (data_ == nullptr) return;
  remove_mapping(bytes());
  ::munmap(const_cast<std::byte*>(data_), size_);
}

std::string read_text(const std::filesystem::path& file, std::uint64_t limit) {
  const auto mapped = MappedFile::open(file);
  const auto bytes = mapped->bytes();
  GALLOP_CHECK(bytes.size() <= limit, FormatError, "{}: {} bytes, expected at most {}; is this the right file?", quote(file), bytes.size(),
               limit);
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

void write_atomic(const std::filesystem::path& target, const std::function<void(const std::filesystem::path&)>& write) {
  static std::atomic<unsigned> counter{0};
  const auto folder = target.has_parent_path() ? target.parent_path() : std::filesystem::path(".");
  GALLOP_CHECK(std::filesystem::is_directory(folder), IoError, "{}: the folder does not exist; create it first", quote(folder));
  GALLOP_CHECK(!std::filesystem::is_directory(target), IoError, "{}: is a folder; name a file", quote(target));
  // The extension stays last: encoders choose the container by it.
  const auto temporary = folder / fmt::format(".gallop-{}-{}{}", ::getpid(), counter++, target.extension().string());
  try {
    write(temporary);
    sync_path(temporary, O_RDONLY);
    GALLOP_CHECK(::rename(temporary.c_str(), target.c_str()) == 0, IoError, "{}: cannot be put in place: {}", quote(target), system_text());
    sync_path(folder, O_RDONLY | O_DIRECTORY);
  } catch (...) {
    ::unlink(temporary.c_str());
    throw;
  }
}

void write_text_atomic(const std::filesystem::path& target, std::string_view text) {
  write_atomic(target, [&](const std::filesystem::path& temporary) {
    const Descriptor fd(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
    GALLOP_CHECK(fd.get() >= 0, IoError, "{}: cannot be created: {}; check permissions and free space", quote(target), system_text());
    write_all(fd.get(), text, target);
  });
}

}  // namespace gallop::base
