// One copy of a loaded model per file, shared by the evaluators alive.
#pragma once

#include <map>
#include <memory>
#include <mutex>

#include "base/check.h"
#include "evaluators/vbench/checkpoints.h"
#include "gallop/evaluator.h"

namespace gallop::evaluators::vbench {

// `load` makes a Model from a checkpoint's parameters; every tensor of the file must be used. The model lives as long as
// someone holds it. Thread-safe; loading holds the lock.
template <class Model, class Load>
std::shared_ptr<const Model> shared_model(const std::filesystem::path& folder, const Checkpoint& checkpoint, const LoadOptions& options, const Load& load,
                                          const std::function<bool(const std::string&)>& wanted = {}) {
  GALLOP_CHECK(options.device.kind == Device::Kind::cpu, Unsupported, "{}: the VBench networks run on \"cpu\" only so far, not on \"{}\"; pass device \"cpu\"",
               checkpoint.file, options.device.str());
  static std::mutex mutex;
  static std::map<std::filesystem::path, std::weak_ptr<const Model>> loaded;
  const auto file = std::filesystem::weakly_canonical(find_checkpoint(folder, checkpoint));
  const std::lock_guard lock(mutex);
  if (auto model = loaded[file].lock()) return model;
  const c10::InferenceMode guard;
  auto map = open_checkpoint(file, checkpoint, wanted);
  auto model = std::shared_ptr<const Model>(new Model(load(params_of(map))));
  map.finish(fmt::format("expected {} as published at {}", checkpoint.file, checkpoint.origin));
  loaded[file] = model;
  return model;
}

}  // namespace gallop::evaluators::vbench
