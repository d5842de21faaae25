// Pictures.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>

#include "gallop/image.h"

namespace gallop::media {

Image read_image(const std::filesystem::path& file);
void write_image(const std::filesystem::path& file, const Image& image);

// The EXIF orientation (1 to 8) in a JPEG's bytes; 1 when absent or broken.
int exif_orientation(std::span<const std::byte> jpeg);

}  // namespace gallop::media
