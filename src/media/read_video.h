// A whole clip into memory.
#pragma once

#include "gallop/video.h"

namespace gallop::media {

Video read_video(const std::filesystem::path& file, const ReadOptions& options);

}  // namespace gallop::media
