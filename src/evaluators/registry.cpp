#include "evaluators/registry.h"

#include <map>
#include <mutex>

#include "base/check.h"
#include "base/names.h"
#include "evaluators/registration.h"

#include "gallop/evaluators.inc"
#undef GALLOP_EVALUATOR

namespace gallop::evaluators {
namespace {

struct Entry {
  EvaluatorInfo info;
  EvaluatorFactory make;
};

struct Table {
  std::mutex mutex;
  std::map<std::string, Entry, std::less<>> entries;

  void insert(EvaluatorInfo info, EvaluatorFactory make) {
    GALLOP_CHECK(!info.name.empty() && make != nullptr, InvalidArgument, "register_evaluator: a name and a factory are needed");
    const auto name = info.name;
    const bool added = entries.emplace(name, Entry{std::move(info), std::move(make)}).second;
    GALLOP_CHECK(added, InvalidArgument, "register_evaluator: {} is taken; choose another name", base::quote(name));
  }

  Table() {
#define GALLOP_EVALUATOR(name) insert(name::information(), name::create);
#include "gallop/evaluators.inc"
#undef GALLOP_EVALUATOR
  }
};

Table& table() {
  static Table instance;
  return instance;
}

}  // namespace

void add(EvaluatorInfo info, EvaluatorFactory make) {
  const std::lock_guard lock(table().mutex);
  table().insert(std::move(info), std::move(make));
}

std::unique_ptr<EvaluatorBase> make(std::string_view name, const std::filesystem::path& weights, const LoadOptions& options) {
  EvaluatorFactory factory;
  {
    const std::lock_guard lock(table().mutex);
    const auto found = table().entries.find(name);
    if (found == table().entries.end()) {
      std::vector<std::string> known;
      for (const auto& [key, entry] : table().entries) known.push_back(key);
      throw NotFound(fmt::format("evaluator: {} is not known{}", base::quote(name), base::suggestion(name, known)));
    }
    factory = found->second.make;
  }
  return factory(weights, options);
}

std::vector<EvaluatorInfo> list(std::string_view profile) {
  const std::lock_guard lock(table().mutex);
  std::vector<EvaluatorInfo> infos;
  for (const auto& [key, entry] : table().entries)
    if (profile.empty() || entry.info.profile == profile) infos.push_back(entry.info);
  return infos;
}

}  // namespace gallop::evaluators
