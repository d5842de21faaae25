// Content credentials are reported, never required.
#include <algorithm>
#include <array>
#include <cstdint>
#include <fstream>

#include "benchmark/card.h"

namespace gallop::benchmark {
namespace {

std::uint64_t big_endian(const unsigned char* bytes, int count) {
  std::uint64_t value = 0;
  for (int i = 0; i < count; ++i) value = value << 8 | bytes[i];
  return value;
}

}  // namespace

bool has_c2pa(const std::filesystem::path& file) {
  constexpr std::array<unsigned char, 16> kOwner = {0xd8, 0xfe, 0xc3, 0xd6, 0x1b, 0x0e, 0x48, 0x3c,
                                                    0x92, 0x97, 0x58, 0x28, 0x87, 0x7e, 0xc4, 0x81};
  std::ifstream in(file, std::ios::binary);
  std::uint64_t at = 0;
  for (int boxes = 0; boxes < 4096 && in; ++boxes) {
    std::array<unsigned char, 32> head{};
    in.seekg(static_cast<std::streamoff>(at));
    in.read(reinterpret_cast<char*>(head.data()), head.size());
    if (in.gcount() < 8) return false;
    std::uint64_t size = big_endian(head.data(), 4);
    std::size_t header = 8;
    if (size == 1) {
      size = big_endian(head.data() + 8, 8);
      header = 16;
    }
    const bool uuid = head[4] == 'u' && head[5] == 'u' && head[6] == 'i' && head[7] == 'd';
    if (uuid && in.gcount() >= static_cast<std::streamsize>(header + 16) &&
        std::equal(kOwner.begin(), kOwner.end(), head.begin() + static_cast<std::ptrdiff_t>(header)))
      return true;
    if (size < header || at + size < at) return false;  // the last box, or no box at all
    at += size;
    in.clear();
  }
  return false;
}

}  // namespace gallop::benchmark
