#include "base/check.h"
#include "media/frame_source.h"

namespace gallop::media {

std::vector<std::int64_t> middle_indices(std::int64_t frames, int count) {
  GALLOP_CHECK(frames > 0 && count > 0, InvalidArgument, "middle frames: {} of {} cannot be chosen; both must be positive", count, frames);
  const auto segments = std::min<std::int64_t>(count, frames);
  const auto boundary = [&](std::int64_t k) {
    return k == segments ? frames
                         : static_cast<std::int64_t>(static_cast<double>(k) * static_cast<double>(frames) / static_cast<double>(segments));
  };
  std::vector<std::int64_t> indices;
  for (std::int64_t k = 0; k < segments; ++k) indices.push_back((boundary(k) + boundary(k + 1) - 1) / 2);
  while (static_cast<std::int64_t>(indices.size()) < count) indices.push_back(indices.back());
  return indices;
}

}  // namespace gallop::media
