#include "support/killing_vfs.h"

#include <sqlite3.h>

#include <csignal>
#include <cstring>
#include <new>

namespace gallop::test {
namespace {

std::int64_t wanted = 0, seen = 0;
sqlite3_vfs* real = nullptr;

// The real file lies behind ours in the memory SQLite gives.
struct File {
  sqlite3_file base;
  sqlite3_file* inner;
};
sqlite3_file* inner(sqlite3_file* file) { return reinterpret_cast<File*>(file)->inner; }

int write(sqlite3_file* file, const void* data, int size, sqlite3_int64 at) {
  if (++seen == wanted) {
    inner(file)->pMethods->xWrite(inner(file), data, size / 2, at);
    std::raise(SIGKILL);
  }
  return inner(file)->pMethods->xWrite(inner(file), data, size, at);
}

const sqlite3_io_methods kMethods = {
    3,
    [](sqlite3_file* f) { return inner(f)->pMethods->xClose(inner(f)); },
    [](sqlite3_file* f, void* data, int size, sqlite3_int64 at) { return inner(f)->pMethods->xRead(inner(f), data, size, at); },
    write,
    [](sqlite3_file* f, sqlite3_int64 size) { return inner(f)->pMethods->xTruncate(inner(f), size); },
    [](sqlite3_file* f, int flags) { return inner(f)->pMethods->xSync(inner(f), flags); },
    [](sqlite3_file* f, sqlite3_int64* size) { return inner(f)->pMethods->xFileSize(inner(f), size); },
    [](sqlite3_file* f, int level) { return inner(f)->pMethods->xLock(inner(f), level); },
    [](sqlite3_file* f, int level) { return inner(f)->pMethods->xUnlock(inner(f), level); },
    [](sqlite3_file* f, int* out) { return inner(f)->pMethods->xCheckReservedLock(inner(f), out); },
    [](sqlite3_file* f, int op, void* argument) { return inner(f)->pMethods->xFileControl(inner(f), op, argument); },
    [](sqlite3_file* f) { return inner(f)->pMethods->xSectorSize(inner(f)); },
    [](sqlite3_file* f) { return inner(f)->pMethods->xDeviceCharacteristics(inner(f)); },
    [](sqlite3_file* f, int page, int size, int extend, void volatile** out) {
      return inner(f)->pMethods->xShmMap(inner(f), page, size, extend, out);
    },
    [](sqlite3_file* f, int offset, int count, int flags) { return inner(f)->pMethods->xShmLock(inner(f), offset, count, flags); },
    [](sqlite3_file* f) { inner(f)->pMethods->xShmBarrier(inner(f)); },
    [](sqlite3_file* f, int remove) { return inner(f)->pMethods->xShmUnmap(inner(f), remove); },
    [](sqlite3_file* f, sqlite3_int64 at, int size, void** out) { return inner(f)->pMethods->xFetch(inner(f), at, size, out); },
    [](sqlite3_file* f, sqlite3_int64 at, void* page) { return inner(f)->pMethods->xUnfetch(inner(f), at, page); },
};

int open(sqlite3_vfs*, sqlite3_filename name, sqlite3_file* file, int flags, int* out) {
  auto* own = reinterpret_cast<File*>(file);
  own->inner = reinterpret_cast<sqlite3_file*>(own + 1);
  std::memset(own->inner, 0, static_cast<std::size_t>(real->szOsFile));
  const int code = real->xOpen(real, name, own->inner, flags, out);
  own->base.pMethods = own->inner->pMethods != nullptr ? &kMethods : nullptr;
  return code;
}

void install() {
  static sqlite3_vfs ours;
  if (real != nullptr) return;
  real = sqlite3_vfs_find(nullptr);
  ours = *real;
  ours.zName = "killing";
  ours.szOsFile = static_cast<int>(sizeof(File)) + real->szOsFile;
  ours.xOpen = open;
  sqlite3_vfs_register(&ours, 1);
}

}  // namespace

void kill_in_write(std::int64_t number) {
  install();
  wanted = number;
  seen = 0;
}
std::int64_t writes_so_far() { return seen; }

}  // namespace gallop::test
