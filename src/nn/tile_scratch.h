// Memory that the products on tile units pack their operands into.
#pragma once

#include <sys/mman.h>

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <new>

namespace gallop::nn::tiles {

template <class T>
using Scratch = std::unique_ptr<T[], void (*)(void*)>;

enum class Pages : std::size_t { plain = 64, huge = 2 << 20 };  // alignment; huge: for panels that are read in long runs

// Uninitialised and aligned. std::bad_alloc.
template <class T>
Scratch<T> scratch(std::int64_t count, Pages pages = Pages::plain) {
  const auto alignment = static_cast<std::size_t>(pages);
  const auto bytes = (static_cast<std::size_t>(count) * sizeof(T) + alignment - 1) / alignment * alignment;
  auto* memory = std::aligned_alloc(alignment, bytes);
  if (memory == nullptr) throw std::bad_alloc();
  if (pages == Pages::huge) ::madvise(memory, bytes, MADV_HUGEPAGE);  // a wish
  return {static_cast<T*>(memory), std::free};
}

}  // namespace gallop::nn::tiles
