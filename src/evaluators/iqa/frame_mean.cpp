#include "evaluators/iqa/frame_mean.h"

#include "base/check.h"

namespace gallop::evaluators::iqa {

Score FrameMean::score(std::string dimension) {
  Score score{.dimension = std::move(dimension)};
  require_frames(score, static_cast<std::int64_t>(parts_.size()), 1);
  double sum = 0.0;
  std::int64_t flat = 0;
  for (const double part : parts_) {
    if (std::isnan(part))
      ++flat;
    else
      sum += part;
  }
  const auto counted = static_cast<std::int64_t>(parts_.size()) - flat;
  GALLOP_CHECK(counted > 0, InvalidArgument,
               "{}: each of the {} frames is flat (one colour), so nothing can be said about it; leave this dimension out", score.dimension,
               parts_.size());
  score.value = sum / static_cast<double>(counted);
  if (flat > 0) score.flags.push_back(fmt::format("{} of {} frames are flat (one colour) and do not count", flat, parts_.size()));
  score.details["frames_counted"] = static_cast<double>(counted);
  for (const double part : parts_)
    if (!std::isnan(part)) score.parts.push_back(part);
  return score;
}

}  // namespace gallop::evaluators::iqa
