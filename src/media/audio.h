// Sound of a file.
#pragma once

#include <filesystem>

#include "gallop/video.h"

namespace gallop::media {

// The best sound stream as interleaved float32 at its own rate and channel count; empty when there is none.
// MediaError when there is one and nothing of it decodes.
Audio read_audio(const std::filesystem::path& file);

}  // namespace gallop::media
