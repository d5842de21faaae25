#include "evaluators/score_clips.h"

#include <algorithm>
#include <cmath>

#include "base/check.h"
#include "base/names.h"
#include "evaluators/one_pass.h"
#include "evaluators/registry.h"
#include "tensor/translate.h"

namespace gallop::evaluators {
namespace {

std::vector<EvaluatorInfo> chosen(const ScoreOptions& options) {
  const auto all = list("");
  std::vector<EvaluatorInfo> infos;
  if (options.dimensions.empty()) {
    infos = list(options.profile);
    std::vector<std::string> profiles;
    for (const auto& info : all)
      if (std::find(profiles.begin(), profiles.end(), info.profile) == profiles.end()) profiles.push_back(info.profile);
    GALLOP_CHECK(!infos.empty(), InvalidArgument, "score.profile: {} is not known{}", base::quote(options.profile),
                 base::suggestion(options.profile, profiles));
    return infos;
  }
  std::vector<std::string> names;
  for (const auto& info : all) names.push_back(info.name);
  for (const auto& name : options.dimensions) {
    const auto found = std::find(names.begin(), names.end(), name);
    GALLOP_CHECK(found != names.end(), InvalidArgument, "score.dimensions: {} is not known{}", base::quote(name), base::suggestion(name, names));
    const auto& info = all[static_cast<std::size_t>(found - names.begin())];
    if (std::none_of(infos.begin(), infos.end(), [&](const auto& other) { return other.name == name; })) infos.push_back(info);
  }
  return infos;
}

// The loaded evaluators, and for those that could not be loaded the reason, which becomes a problem of every clip.
struct Panel {
  std::vector<std::unique_ptr<EvaluatorBase>> loaded;
  std::vector<Problem> absent;

  void load(const EvaluatorInfo& info, const ScoreOptions& options) {
    try {
      loaded.push_back(tensor::translated([&] { return make(info.name, options.weights, options.load); }));
    } catch (const Cancelled&) {
      throw;
    } catch (const Error& error) {
      absent.push_back({info.name, error.kind(), error.what()});
    }
  }
};

// Scores and problems in the order in which the dimensions were asked for.
void sort_by(const std::vector<EvaluatorInfo>& infos, ClipResult& result) {
  const auto place = [&](const std::string& name) {
    return std::find_if(infos.begin(), infos.end(), [&](const auto& info) { return info.name == name; }) - infos.begin();
  };
  const auto earlier = [&](const auto& a, const auto& b) { return place(a.dimension) < place(b.dimension); };
  std::stable_sort(result.scores.begin(), result.scores.end(), earlier);
  std::stable_sort(result.problems.begin(), result.problems.end(), earlier);
}

void score_alone(EvaluatorBase& evaluator, const ClipRequest& request, const RunOptions& run, ClipResult& result) {
  RunOptions quiet;  // the progress of the whole run is told by clip
  quiet.cancel = run.cancel;
  try {
    GALLOP_CHECK(request.clip.device_frames() == nullptr, Unsupported, "{}: {} reads frames in host memory; copy them there first", request.clip.name(),
                 evaluator.info().name);
    result.scores.push_back(tensor::translated([&] { return evaluator.score(request, quiet); }));
  } catch (const Cancelled&) {
    throw;
  } catch (const Error& error) {
    result.problems.push_back({evaluator.info().name, error.kind(), error.what()});
  }
}

ClipResult collect(const ClipRequest& request, const Panel& panel, std::vector<Outcome> outcomes) {
  ClipResult result{.clip = request.clip.file() != nullptr ? request.clip.file()->string() : request.clip.name(), .scores = {}, .problems = panel.absent};
  for (auto& outcome : outcomes) {
    if (outcome.problem) result.problems.push_back(std::move(*outcome.problem));
    else result.scores.push_back(std::move(outcome.score));
  }
  return result;
}

// Scores at a rate of their own are not those of the published protocol, and say so.
void note_rate(std::vector<ClipResult>& results, double rate) {
  for (auto& result : results)
    for (auto& score : result.scores) score.details["normalized_fps"] = rate;
}

}  // namespace

std::vector<ClipResult> score_clips(std::span<const ClipRequest> requests, const ScoreOptions& options, const RunOptions& run) {
  const base::RunMonitor monitor(run);
  if (options.normalized_fps)
    GALLOP_CHECK(std::isfinite(*options.normalized_fps) && *options.normalized_fps > 0.0, InvalidArgument,
                 "score.normalized_fps: {} is no frame rate; give frames per second above 0, such as 8", *options.normalized_fps);
  Panel panel;
  const auto infos = chosen(options);
  for (std::size_t i = 0; i < infos.size(); ++i) {
    monitor.tick(Stage::load, static_cast<int>(i), static_cast<int>(infos.size()), infos[i].name);
    panel.load(infos[i], options);
  }
  const auto total = static_cast<int>(requests.size());
  monitor.tick(Stage::score, 0, total);
  std::vector<ClipResult> results;
  std::vector<FrameEvaluator*> streaming;
  std::vector<EvaluatorBase*> alone;
  for (const auto& evaluator : panel.loaded) {
    if (auto* frames = dynamic_cast<FrameEvaluator*>(evaluator.get())) streaming.push_back(frames);
    else alone.push_back(evaluator.get());
  }
  judge_clips(streaming, requests, options.normalized_fps.value_or(0.0), monitor, [&](std::size_t index, std::vector<Outcome> outcomes) {
    results.push_back(collect(requests[index], panel, std::move(outcomes)));
    for (auto* evaluator : alone) score_alone(*evaluator, requests[index], monitor.options(), results.back());
    sort_by(infos, results.back());
    monitor.tick(Stage::score, static_cast<int>(results.size()), total, requests[index].clip.name());
  });
  if (options.normalized_fps) note_rate(results, *options.normalized_fps);
  return results;
}

}  // namespace gallop::evaluators
