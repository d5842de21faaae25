// Clips to files.
#pragma once

#include "gallop/video.h"

namespace gallop::media {

void write_video(const std::filesystem::path& file, const Video& video, const VideoWriteOptions& options);

}  // namespace gallop::media
