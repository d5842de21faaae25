// Giving memory of mapped files back to the system early. Pages of a read-only mapping can be dropped at any time: they come back from
// the file (or the system's cache of it) when they are read again.
#pragma once

#include <cstddef>
#include <span>

namespace gallop::base {

// Drops the whole pages inside `bytes` from this process when they belong to a MappedFile; nothing otherwise. Thread-safe.
void drop_mapped_pages(std::span<const std::byte> bytes);

// Kept by MappedFile: which addresses are mapped files.
void add_mapping(std::span<const std::byte> bytes);
void remove_mapping(std::span<const std::byte> bytes);

}  // namespace gallop::base
