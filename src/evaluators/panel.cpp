#include "evaluators/panel.h"

#include <algorithm>

#include "base/check.h"
#include "base/names.h"
#include "evaluators/registry.h"
#include "evaluators/vbench/checkpoints.h"
#include "tensor/translate.h"

namespace gallop::evaluators {
namespace {

std::string described(const media::FrameRequest& frames) {
  std::string text(name_of(frames.contract));
  if (frames.middle > 0) text += fmt::format(" middle={}", frames.middle);
  if (frames.width > 0) text += fmt::format(" {}x{}", frames.width, frames.height);
  return text;
}

}  // namespace

Outcome score_alone(EvaluatorBase& evaluator, const ClipRequest& request, const base::RunMonitor& monitor) {
  RunOptions quiet;  // the progress of the whole run is told by clip
  quiet.cancel = monitor.options().cancel;
  try {
    GALLOP_CHECK(request.clip.device_frames() == nullptr, Unsupported, "{}: {} reads frames in host memory; copy them there first",
                 request.clip.name(), evaluator.info().name);
    return {.score = tensor::translated([&] { return evaluator.score(request, quiet); })};
  } catch (const Cancelled&) {
    throw;
  } catch (const Error& error) {
    return {.problem = Problem{evaluator.info().name, error.kind(), error.what()}};
  }
}

void Panel::seat(std::span<const std::string> names) {
  std::erase_if(members_, [&](const auto& entry) { return std::find(names.begin(), names.end(), entry.first) == names.end(); });
  for (const auto& name : names) {
    if (members_.contains(name)) continue;
    Member member;
    try {
      member.evaluator = tensor::translated([&] { return make(name, weights_, options_); });
    } catch (const Cancelled&) {
      throw;
    } catch (const Error& error) {
      member.problem = {name, error.kind(), error.what()};
    }
    members_.emplace(name, std::move(member));
  }
}

const Problem* Panel::absent(const std::string& name) const {
  const auto& member = members_.at(name);
  return member.evaluator == nullptr ? &member.problem : nullptr;
}

std::string Panel::reader_of(const std::string& name) const {
  const auto* frames = dynamic_cast<const FrameEvaluator*>(members_.at(name).evaluator.get());
  return frames != nullptr ? described(frames->frames()) : "";
}

std::vector<Outcome> Panel::judge(std::span<const std::string> names, const ClipRequest& request, const base::RunMonitor& monitor,
                                  const OutcomeSink& sink) const {
  std::vector<Outcome> outcomes(names.size());
  const auto settle = [&](std::size_t at, Outcome outcome) {
    outcomes[at] = std::move(outcome);
    if (sink) sink(at, outcomes[at]);
  };
  std::vector<FrameEvaluator*> streaming;
  std::vector<std::size_t> places;
  for (std::size_t at = 0; at < names.size(); ++at) {
    const auto& member = members_.at(names[at]);
    if (member.evaluator == nullptr) {
      settle(at, {.problem = member.problem});
    } else if (auto* frames = dynamic_cast<FrameEvaluator*>(member.evaluator.get())) {
      streaming.push_back(frames);
      places.push_back(at);
    }
  }
  judge_clip(streaming, request, monitor, [&](std::size_t at, const Outcome& outcome) { settle(places[at], outcome); });
  for (std::size_t at = 0; at < names.size(); ++at) {
    auto* evaluator = members_.at(names[at]).evaluator.get();
    if (evaluator != nullptr && dynamic_cast<FrameEvaluator*>(evaluator) == nullptr) settle(at, score_alone(*evaluator, request, monitor));
  }
  return outcomes;
}

std::vector<std::filesystem::path> weight_files(const EvaluatorInfo& info, const std::filesystem::path& weights) {
  constexpr std::string_view kWeights = "weights:";
  std::vector<std::filesystem::path> files;
  for (const auto& need : info.needs) {
    if (!need.starts_with(kWeights)) continue;
    const auto file = need.substr(kWeights.size());
    const auto all = vbench::all_checkpoints();
    const auto known = std::find_if(all.begin(), all.end(), [&](const auto* checkpoint) { return checkpoint->file == file; });
    if (known != all.end()) {
      files.push_back(vbench::find_checkpoint(weights, **known));
      continue;
    }
    GALLOP_CHECK(std::filesystem::is_regular_file(weights / file), NotFound, "weights: {} is not in {}; {} needs it", base::quote(file),
                 base::quote(weights), info.name);
    files.push_back(weights / file);
  }
  return files;
}

}  // namespace gallop::evaluators
