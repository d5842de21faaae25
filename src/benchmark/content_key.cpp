#include "benchmark/content_key.h"

#include <algorithm>
#include <span>

#include "base/check.h"
#include "base/hash.h"
#include "benchmark/canonical_json.h"
#include "benchmark/scorer_facts.h"
#include "evaluators/panel.h"
#include "evaluators/registry.h"
#include "gallop/version.h"

namespace gallop::benchmark {

bool has_need(const EvaluatorInfo& info, std::string_view need) {
  return std::find(info.needs.begin(), info.needs.end(), need) != info.needs.end();
}

std::string dtype_name(const LoadOptions& load) { return load.dtype ? std::string(name_of(*load.dtype)) : "default"; }
std::string device_class(const LoadOptions& load) { return load.device.kind == Device::Kind::cuda ? "cuda" : "cpu"; }

namespace {

bool lacks_label(const EvaluatorInfo& info, const WorkUnit& unit) {
  constexpr std::string_view kLabel = "label:";
  return std::any_of(info.needs.begin(), info.needs.end(),
                     [&](const auto& need) { return need.starts_with(kLabel) && !unit.labels.contains(need.substr(kLabel.size())); });
}

}  // namespace

const EvaluatorInfo& KeyMaker::info(const std::string& dimension) {
  if (infos_.empty())
    for (auto& info : evaluators::list("")) infos_.emplace(info.name, info);
  const auto found = infos_.find(dimension);
  GALLOP_CHECK(found != infos_.end(), NotFound, "evaluator: {} is not known", dimension);
  return found->second;
}

const std::vector<std::string>& KeyMaker::weights(const std::string& dimension) {
  if (const auto found = weights_.find(dimension); found != weights_.end()) return found->second;
  std::vector<std::string> digests;
  for (const auto& file : evaluators::weight_files(info(dimension), plan_.weights)) digests.push_back(hashes_.of(file));
  return weights_.emplace(dimension, std::move(digests)).first->second;
}

const KeyMaker::SetUp& KeyMaker::set_up(const std::string& dimension, const std::string& reader) {
  const std::pair where{dimension, reader};
  if (const auto found = set_ups_.find(where); found != set_ups_.end()) return found->second;
  SetUp own;
  own.text = settings_of({.dimension = dimension,
                          .version = info(dimension).version,
                          .library = GALLOP_VERSION,
                          .weights_sha256 = weights(dimension),
                          .reader = reader,
                          .dtype = dtype_name(plan_.load),
                          .device = device_class(plan_.load)});
  own.sha256 = base::sha256_hex(own.text);
  return set_ups_.emplace(where, std::move(own)).first->second;
}

std::string KeyMaker::key(const WorkUnit& unit, const std::string& dimension, const std::string& reader) {
  const auto& own = info(dimension);
  base::Json parts = {{"schema", 2},           {"clip", clip_sha256(unit)}, {"settings", set_up(dimension, reader).sha256},
                      {"prompt", unit.prompt}, {"labels", unit.labels},     {"image", nullptr}};
  if (has_need(own, "image") && !unit.image.empty()) parts["image"] = hashes_.of(plan_.images / unit.image);
  // A dimension that lacks a label it wants may read what is asked from the clip's name; then the name is part of the question.
  if (lacks_label(own, unit)) parts["name"] = std::filesystem::path(unit.clip).stem().string();
  return base::sha256_hex(canonical(parts));
}

}  // namespace gallop::benchmark
