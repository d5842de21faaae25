// One copy of a loaded model per file, shared by the evaluators alive.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <tuple>

#include "base/free_memory.h"
#include "evaluators/vbench/checkpoints.h"
#include "gallop/evaluator.h"

namespace gallop::evaluators::vbench {

// What is loaded of one kind of model, whichever dimension asked for it first.
template <class Model>
struct LoadedModels {
  using Key = std::tuple<std::filesystem::path, std::string, HalfNames>;
  static inline std::mutex mutex;
  static inline std::map<Key, std::weak_ptr<const Model>> models;
};

// `load` makes a Model from a checkpoint's parameters, the same way wherever it is asked for; every tensor of the file must be used.
// `wanted`: the names that belong to the model; `half`: those in half precision where the reference has them so; `stored`: those the model
// takes as the file has them. The model lives as long as
// someone holds it. Thread-safe; loading holds the lock.
template <class Model, class Load>
std::shared_ptr<const Model> shared_model(const std::filesystem::path& folder, const Checkpoint& checkpoint, const LoadOptions& options,
                                          const Load& load, const std::function<bool(const std::string&)>& wanted = {},
                                          HalfNames half = nullptr, HalfNames stored = nullptr) {
  auto placement = Placement::of(options, half);
  placement.stored = stored;
  using Loaded = LoadedModels<Model>;
  const typename Loaded::Key key{std::filesystem::weakly_canonical(find_checkpoint(folder, checkpoint)), options.device.str(),
                                 placement.half};
  const std::lock_guard lock(Loaded::mutex);
  if (auto model = Loaded::models[key].lock()) return model;
  const c10::InferenceMode guard;
  auto map = open_checkpoint(std::get<0>(key), checkpoint, wanted);
  auto model = std::shared_ptr<const Model>(new Model(load(params_of(map, placement))));
  map.finish(fmt::format("expected {} as published at {}", checkpoint.file, checkpoint.origin));
  base::return_freed_memory();
  Loaded::models[key] = model;
  return model;
}

}  // namespace gallop::evaluators::vbench
