#include "evaluators/reference/plane_pairs.h"

#include "base/check.h"
#include "base/run.h"

namespace gallop::evaluators::reference {
namespace {

std::unique_ptr<media::PlaneSource> open_clip(const Clip& clip) {
  GALLOP_CHECK(clip.device_frames() == nullptr, Unsupported, "{}: the reference lies on a device; copy it to host memory first",
               clip.name());
  return clip.file() != nullptr ? media::open_planes(*clip.file()) : media::open_planes(*clip.frames());
}

}  // namespace

Comparison compare_clips(const ClipRequest& request, const std::string& dimension, const RunOptions& run, const ComparePlanes& compare) {
  GALLOP_CHECK(request.reference.has_value(), InvalidArgument,
               "{}: compares with a pristine clip and none was given; pass reference=, or --reference FILE", dimension);
  const base::RunMonitor monitor(run);
  const auto reference = open_clip(*request.reference), distorted = open_clip(request.clip);
  Comparison result;
  std::int64_t frames = 0;
  while (true) {
    monitor.pulse();
    const auto a = reference->next(), b = distorted->next();
    if (!a || !b) {
      if (a.has_value() != b.has_value())
        result.flags.push_back(fmt::format("the clip and its reference differ in length: only the first {} frames were compared", frames));
      break;
    }
    const auto &p = a->planes[0], &q = b->planes[0];
    GALLOP_CHECK(p.height == q.height && p.width == q.width, InvalidArgument,
                 "{}: frame {} is {}x{}, the reference is {}x{}; scale one of them first", dimension, frames, q.width, q.height, p.width,
                 p.height);
    double pixels = 0.0;
    for (const auto& plane : a->planes) pixels += static_cast<double>(plane.values.size());
    for (std::size_t i = 0; i < 3; ++i) {
      const double value = compare(a->planes[i], b->planes[i]);
      result.mean[i] += value;
      result.weights[i] = static_cast<double>(a->planes[i].values.size()) / pixels;
      if (i == 0) result.luma.push_back(value);
    }
    ++frames;
  }
  GALLOP_CHECK(frames > 0, InvalidArgument, "{}: the clip and its reference have no frame in common", dimension);
  for (auto& value : result.mean) value /= static_cast<double>(frames);
  return result;
}

}  // namespace gallop::evaluators::reference
