// Still pictures in host memory.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <vector>

#include "gallop/export.h"

namespace gallop {
inline namespace v0 {

// An RGB picture: uint8 [height, width, 3], row-major. Immutable; copies share pixels. Safe to use from several threads.
class GALLOP_API Image {
 public:
  // Takes height * width * 3 bytes. InvalidArgument when a side is not positive or the size does not match.
  Image(std::vector<std::uint8_t> pixels, std::int64_t height, std::int64_t width);
  std::int64_t height() const noexcept;
  std::int64_t width() const noexcept;
  std::span<const std::uint8_t> pixels() const noexcept;

 private:
  struct Impl;
  std::shared_ptr<const Impl> impl_;
};

// PNG, JPEG (turned upright by its EXIF orientation), WebP, BMP or the first frame of a GIF. Transparency is
// dropped, as the reference readers do. NotFound, MediaError, InvalidArgument (more than 2^28 pixels).
GALLOP_API Image read_image(const std::filesystem::path& file);
// The extension chooses PNG, JPEG, WebP or BMP. Atomic. IoError, InvalidArgument (unknown extension).
GALLOP_API void write_image(const std::filesystem::path& file, const Image& image);

}  // namespace v0
}  // namespace gallop
