// The orientation tag of a JPEG. Reads attacker-controlled offsets: every access is checked against the segment.
#include <cstdint>
#include <cstring>

#include "media/images.h"

namespace gallop::media {
namespace {

// Bytes of one TIFF structure with its byte order.
class Tiff {
 public:
  Tiff(std::span<const std::byte> bytes, bool big_endian) : bytes_(bytes), big_endian_(big_endian) {}
  bool holds(std::size_t offset, std::size_t length) const { return offset <= bytes_.size() && length <= bytes_.size() - offset; }
  std::uint32_t number(std::size_t offset, std::size_t length) const {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < length; ++i) {
      const auto byte = static_cast<std::uint32_t>(bytes_[offset + (big_endian_ ? i : length - 1 - i)]);
      value = value << 8 | byte;
    }
    return value;
  }

 private:
  std::span<const std::byte> bytes_;
  bool big_endian_;
};

int orientation_in(std::span<const std::byte> tiff_bytes) {
  if (tiff_bytes.size() < 8) return 1;
  const bool big = tiff_bytes[0] == std::byte{'M'};
  const Tiff tiff(tiff_bytes, big);
  const std::size_t directory = tiff.number(4, 4);
  if (!tiff.holds(directory, 2)) return 1;
  const std::size_t entries = tiff.number(directory, 2);
  for (std::size_t i = 0; i < entries; ++i) {
    const std::size_t entry = directory + 2 + 12 * i;
    if (!tiff.holds(entry, 12)) return 1;
    if (tiff.number(entry, 2) != 0x0112) continue;
    const auto value = tiff.number(entry + 8, 2);
    return value >= 1 && value <= 8 ? static_cast<int>(value) : 1;
  }
  return 1;
}

}  // namespace

int exif_orientation(std::span<const std::byte> jpeg) {
  if (jpeg.size() < 4 || jpeg[0] != std::byte{0xFF} || jpeg[1] != std::byte{0xD8}) return 1;
  std::size_t at = 2;
  while (at + 4 <= jpeg.size() && jpeg[at] == std::byte{0xFF}) {
    const auto marker = static_cast<unsigned>(jpeg[at + 1]);
    if (marker == 0xDA || marker == 0xD9) return 1;  // pixels begin
    const std::size_t length = static_cast<std::size_t>(jpeg[at + 2]) << 8 | static_cast<std::size_t>(jpeg[at + 3]);
    if (length < 2 || at + 2 + length > jpeg.size()) return 1;
    const auto segment = jpeg.subspan(at + 4, length - 2);
    if (marker == 0xE1 && segment.size() > 6 && std::memcmp(segment.data(), "Exif\0\0", 6) == 0) return orientation_in(segment.subspan(6));
    at += 2 + length;
  }
  return 1;
}

}  // namespace gallop::media
