// Loaded evaluators that judge one clip after another.
#pragma once

#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/run.h"
#include "evaluators/one_pass.h"
#include "gallop/evaluator.h"

namespace gallop::evaluators {

// Used by one thread at a time.
class Panel {
 public:
  Panel(std::filesystem::path weights, LoadOptions options) : weights_(std::move(weights)), options_(options) {}

  // Makes `names` the loaded ones: others are released first, absent ones loaded. One that cannot be loaded is no exception:
  // the reason becomes its problem for every clip, and loading is not tried again.
  void seat(std::span<const std::string> names);
  // Why `name` could not be loaded; null when it is loaded.
  const Problem* absent(const std::string& name) const;
  // The loaded evaluator; null when it could not be loaded. The panel owns it.
  EvaluatorBase* evaluator(const std::string& name) const { return members_.at(name).evaluator.get(); }
  // What a clip's frames depend on beside the clip: "decord", "decord middle=16 384x384"; empty for an evaluator that reads
  // clips by itself.
  std::string reader_of(const std::string& name) const;
  // One outcome a name, in the order of `names` (all seated); `sink` hears of each as soon as it stands.
  std::vector<Outcome> judge(std::span<const std::string> names, const ClipRequest& request, const base::RunMonitor& monitor,
                             const OutcomeSink& sink = {}) const;

 private:
  struct Member {
    std::unique_ptr<EvaluatorBase> evaluator;
    Problem problem;
  };
  std::filesystem::path weights_;
  LoadOptions options_;
  std::map<std::string, Member> members_;
};

// One clip by an evaluator that reads clips by itself; its errors are problems, Cancelled passes through.
Outcome score_alone(EvaluatorBase& evaluator, const ClipRequest& request, const base::RunMonitor& monitor);

// The files that `info` names among its needs, looked up in the weights folder. NotFound as the evaluator itself would say it.
std::vector<std::filesystem::path> weight_files(const EvaluatorInfo& info, const std::filesystem::path& weights);

}  // namespace gallop::evaluators
