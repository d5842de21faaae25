// JPEG pictures as Pillow, and so the published evaluators and generators, decode them.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <span>

#include "media/rgb_converter.h"

namespace gallop::media {

// Nothing when `bytes` is no JPEG of 8 bits with one or three components; `file` names it in messages. MediaError: damaged, too large.
// Not turned upright.
std::optional<RgbFrame> decode_jpeg(std::span<const std::byte> bytes, const std::filesystem::path& file);

}  // namespace gallop::media
