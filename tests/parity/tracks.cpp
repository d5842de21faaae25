// CoTracker2 on a clip: the first frame's features and where a grid of points is in every window's last frame, for the live comparison.
// usage: vbench_tracks WEIGHTS FRAMES CLIP OUT.safetensors: the first FRAMES frames.
#include <cstdio>
#include <cstdlib>

#include "evaluators/vbench/checkpoints.h"
#include "evaluators/vbench/detector_checkpoints.h"
#include "evaluators/vbench/frame_tensor.h"
#include "evaluators/vbench/model_cache.h"
#include "gallop/error.h"
#include "media/frame_source.h"
#include "models/cotracker/tracker.h"
#include "weights/safetensors.h"

namespace {

using namespace gallop;
using models::cotracker::Track;
using models::cotracker::Tracker;

void run(const char* folder, int frames, const char* clip, const char* out) {
  const c10::InferenceMode guard;
  at::set_num_threads(1);
  const auto tracker = evaluators::vbench::shared_model<Tracker>(folder, evaluators::vbench::checkpoints::cotracker, {.device = {}},
                                                                 [](const nn::Params& params) { return Tracker::load({}, params); });
  const auto points = models::cotracker::grid_points(10, tracker->config.height, tracker->config.width);
  const auto source = media::open_frames(clip, {.contract = ReaderContract::decord});
  Track track(*tracker, points);
  weights::TensorMap found;
  for (int frame = 0; frame < frames; ++frame) {
    const auto view = source->next();
    if (!view) break;
    const auto picture = evaluators::vbench::planes(evaluators::vbench::view_of(*view));
    if (frame == 0) found["features"] = tracker->look(picture).contiguous();
    track.push(picture);
  }
  found["points"] = points;
  found["tracks"] = track.finish().contiguous();
  weights::write_safetensors(out, found);
}

}  // namespace

int main(int count, char** words) {
  if (count != 5) {
    std::fprintf(stderr, "usage: vbench_tracks WEIGHTS FRAMES CLIP OUT.safetensors\n");
    return 2;
  }
  try {
    run(words[1], std::atoi(words[2]), words[3], words[4]);
  } catch (const gallop::Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
  return 0;
}
