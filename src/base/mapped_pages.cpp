#include "base/mapped_pages.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <map>
#include <mutex>

namespace gallop::base {
namespace {

struct Mappings {
  std::mutex mutex;
  std::map<std::uintptr_t, std::size_t> sizes;  // by first address
};
Mappings& mappings() {
  static Mappings all;
  return all;
}

std::uintptr_t address(std::span<const std::byte> bytes) { return reinterpret_cast<std::uintptr_t>(bytes.data()); }

}  // namespace

void add_mapping(std::span<const std::byte> bytes) {
  const std::lock_guard lock(mappings().mutex);
  mappings().sizes[address(bytes)] = bytes.size();
}

void remove_mapping(std::span<const std::byte> bytes) {
  const std::lock_guard lock(mappings().mutex);
  mappings().sizes.erase(address(bytes));
}

void drop_mapped_pages(std::span<const std::byte> bytes) {
  static const auto page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
  const auto first = (address(bytes) + page - 1) / page * page, last = (address(bytes) + bytes.size()) / page * page;
  if (first >= last) return;
  const std::lock_guard lock(mappings().mutex);  // held so that the mapping stays
  const auto next = mappings().sizes.upper_bound(first);
  if (next == mappings().sizes.begin()) return;
  const auto& [start, size] = *std::prev(next);
  if (last <= start + size) ::madvise(reinterpret_cast<void*>(first), last - first, MADV_DONTNEED);
}

}  // namespace gallop::base
