#include "evaluators/one_pass.h"

#include <deque>

#include "base/check.h"
#include "evaluators/open_clip.h"
#include "evaluators/problem.h"
#include "tensor/aten.h"

namespace gallop::evaluators {

void judge_clips(std::span<FrameEvaluator* const> evaluators, std::span<const ClipRequest> requests, double rate,
                 const base::RunMonitor& monitor, const ClipDone& done) {
  // Clips that may wait for the frames of later ones: beyond these the oldest is finished with a padded batch.
  constexpr std::size_t kOpenClips = 8;
  const c10::InferenceMode guard;  // networks record nothing for training
  std::deque<OpenClip> clips;
  std::size_t finished = 0;
  const auto report = [&] {
    while (!clips.empty() && !clips.front().open()) {
      done(finished++, clips.front().outcomes());
      clips.pop_front();
    }
  };
  for (const auto& request : requests) {
    clips.emplace_back(evaluators, request, rate, monitor).look();
    for (auto& clip : clips) clip.settle(false);
    if (clips.size() > kOpenClips) clips.front().settle(true);
    report();
  }
  for (auto& clip : clips) clip.settle(true);
  report();
}

std::vector<Outcome> judge_clip(std::span<FrameEvaluator* const> evaluators, const ClipRequest& request, const base::RunMonitor& monitor,
                                const OutcomeSink& sink) {
  const c10::InferenceMode guard;
  OpenClip clip(evaluators, request, 0.0, monitor, sink);
  clip.look();
  clip.settle(true);
  return clip.outcomes();
}

std::vector<Score> FrameEvaluator::score(std::span<const ClipRequest> requests, const RunOptions& run) {
  const base::RunMonitor monitor(run);
  const auto total = static_cast<int>(requests.size());
  monitor.tick(Stage::score, 0, total);
  std::vector<Score> scores;
  FrameEvaluator* self = this;
  judge_clips({&self, 1}, requests, 0.0, monitor, [&](std::size_t index, std::vector<Outcome> outcomes) {
    auto& outcome = outcomes.front();
    if (outcome.problem) rethrow(*outcome.problem);
    scores.push_back(std::move(outcome.score));
    monitor.tick(Stage::score, static_cast<int>(scores.size()), total, requests[index].clip.name());
  });
  return scores;
}

void require_frames(const Score& score, std::int64_t seen, std::int64_t least) {
  GALLOP_CHECK(seen >= least, InvalidArgument, "{}: the clip has {} frame{}, the dimension needs at least {}; use a longer clip",
               score.dimension, seen, seen == 1 ? "" : "s", least);
}

}  // namespace gallop::evaluators
