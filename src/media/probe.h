// What a file declares about itself.
#pragma once

#include "gallop/video.h"

namespace gallop::media {

MediaInfo probe(const std::filesystem::path& file);

}  // namespace gallop::media
