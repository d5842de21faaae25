#include "benchmark/content_key.h"

#include <algorithm>
#include <span>

#include "base/check.h"
#include "base/hash.h"
#include "benchmark/canonical_json.h"
#include "evaluators/panel.h"
#include "evaluators/registry.h"
#include "gallop/version.h"

namespace gallop::benchmark {

bool has_need(const EvaluatorInfo& info, std::string_view need) { return std::find(info.needs.begin(), info.needs.end(), need) != info.needs.end(); }

std::string dtype_name(const LoadOptions& load) { return load.dtype ? std::string(name_of(*load.dtype)) : "default"; }
std::string device_class(const LoadOptions& load) { return load.device.kind == Device::Kind::cuda ? "cuda" : "cpu"; }

namespace {

bool lacks_label(const EvaluatorInfo& info, const WorkUnit& unit) {
  constexpr std::string_view kLabel = "label:";
  return std::any_of(info.needs.begin(), info.needs.end(), [&](const auto& need) { return need.starts_with(kLabel) && !unit.labels.contains(need.substr(kLabel.size())); });
}

}  // namespace

const KeyMaker::Setup& KeyMaker::setup(const std::string& dimension) {
  if (const auto found = setups_.find(dimension); found != setups_.end()) return found->second;
  Setup setup;
  for (auto& info : evaluators::list(""))
    if (info.name == dimension) setup.info = std::move(info);
  GALLOP_CHECK(!setup.info.name.empty(), NotFound, "evaluator: {} is not known", dimension);
  for (const auto& file : evaluators::weight_files(setup.info, plan_.weights)) setup.weights.push_back(hashes_.of(file));
  return setups_.emplace(dimension, std::move(setup)).first->second;
}

std::string KeyMaker::key(const WorkUnit& unit, const std::string& dimension, const std::string& reader) {
  const auto& own = setup(dimension);
  base::Json parts = {{"schema", 1},
                      {"library", GALLOP_VERSION},
                      {"clip", clip_sha256(unit)},
                      {"dimension", dimension},
                      {"evaluator", own.info.version},
                      {"weights", own.weights},
                      {"prompt", unit.prompt},
                      {"labels", unit.labels},
                      {"reader", reader},
                      {"dtype", dtype_name(plan_.load)},
                      {"device", device_class(plan_.load)},
                      {"image", nullptr}};
  if (has_need(own.info, "image") && !unit.image.empty()) parts["image"] = hashes_.of(plan_.images / unit.image);
  // A dimension that lacks a label it wants may read what is asked from the clip's name; then the name is part of the question.
  if (lacks_label(own.info, unit)) parts["name"] = std::filesystem::path(unit.clip).stem().string();
  return base::sha256_hex(canonical(parts));
}

}  // namespace gallop::benchmark
