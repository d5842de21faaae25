#include "evaluators/score_clips.h"

#include <algorithm>

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
    GALLOP_CHECK(found != names.end(), InvalidArgument, "score.dimensions: {} is not known{}", base::quote(name), base::suggestion(name, names));
    const auto& info = all[static_cast<std::size_t>(found - names.begin())];
    if (std::none_of(infos.begin(), infos.end(), [&](const auto& other) { return other.name == name; })) infos.push_back(info);
  }
  return infos;
}

ClipResult score_clip(const Panel& panel, std::span<const std::string> names, const ClipRequest& request, const base::RunMonitor& monitor) {
  ClipResult result{.clip = request.clip.file() != nullptr ? request.clip.file()->string() : request.clip.name()};
  for (auto& outcome : panel.judge(names, request, monitor)) {
    if (outcome.problem) result.problems.push_back(std::move(*outcome.problem));
    else result.scores.push_back(std::move(outcome.score));
  }
  return result;
}

}  // namespace

std::vector<ClipResult> score_clips(std::span<const ClipRequest> requests, const ScoreOptions& options, const RunOptions& run) {
  const base::RunMonitor monitor(run);
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
  for (const auto& request : requests) {
    results.push_back(score_clip(panel, names, request, monitor));
    monitor.tick(Stage::score, static_cast<int>(results.size()), total, request.clip.name());
  }
  return results;
}

}  // namespace gallop::evaluators
