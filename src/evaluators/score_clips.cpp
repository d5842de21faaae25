#include "evaluators/score_clips.h"

#include <algorithm>
#include <cmath>

#include "base/check.h"
#include "base/names.h"
#include "evaluators/panel.h"
#include "evaluators/registry.h"

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
    GALLOP_CHECK(found != names.end(), InvalidArgument, "score.dimensions: {} is not known{}", base::quote(name),
                 base::suggestion(name, names));
    const auto& info = all[static_cast<std::size_t>(found - names.begin())];
    if (std::none_of(infos.begin(), infos.end(), [&](const auto& other) { return other.name == name; })) infos.push_back(info);
  }
  return infos;
}

// Scores and problems in the order in which the dimensions were asked for.
void sort_by(const std::vector<EvaluatorInfo>& infos, ClipResult& result) {
  const auto place = [&](const std::string& name) {
    return std::find_if(infos.begin(), infos.end(), [&](const auto& info) { return info.name == name; }) - infos.begin();
  };
  const auto earlier = [&](const auto& a, const auto& b) { return place(a.dimension) < place(b.dimension); };
  std::stable_sort(result.scores.begin(), result.scores.end(), earlier);
  std::stable_sort(result.problems.begin(), result.problems.end(), earlier);
}

void add(Outcome outcome, ClipResult& result) {
  if (outcome.problem)
    result.problems.push_back(std::move(*outcome.problem));
  else
    result.scores.push_back(std::move(outcome.score));
}

ClipResult collect(const ClipRequest& request, std::vector<Problem> absent, std::vector<Outcome> outcomes) {
  ClipResult result{.clip = request.clip.file() != nullptr ? request.clip.file()->string() : request.clip.name(),
                    .scores = {},
                    .problems = std::move(absent)};
  for (auto& outcome : outcomes) add(std::move(outcome), result);
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
  Panel panel(options.weights, options.load);
  std::vector<std::string> names;
  const auto infos = chosen(options);
  for (const auto& info : infos) {
    monitor.tick(Stage::load, static_cast<int>(names.size()), static_cast<int>(infos.size()), info.name);
    names.push_back(info.name);
    panel.seat(names);
  }
  const auto total = static_cast<int>(requests.size());
  monitor.tick(Stage::score, 0, total);
  std::vector<ClipResult> results;
  std::vector<FrameEvaluator*> streaming;
  std::vector<EvaluatorBase*> alone;
  std::vector<Problem> absent;
  for (const auto& name : names) {
    auto* evaluator = panel.evaluator(name);
    if (evaluator == nullptr)
      absent.push_back(*panel.absent(name));
    else if (auto* frames = dynamic_cast<FrameEvaluator*>(evaluator))
      streaming.push_back(frames);
    else
      alone.push_back(evaluator);
  }
  judge_clips(streaming, requests, options.normalized_fps.value_or(0.0), monitor, [&](std::size_t index, std::vector<Outcome> outcomes) {
    results.push_back(collect(requests[index], absent, std::move(outcomes)));
    for (auto* evaluator : alone) add(score_alone(*evaluator, requests[index], monitor), results.back());
    sort_by(infos, results.back());
    monitor.tick(Stage::score, static_cast<int>(results.size()), total, requests[index].clip.name());
  });
  if (options.normalized_fps) note_rate(results, *options.normalized_fps);
  return results;
}

}  // namespace gallop::evaluators
