// Judges one unit after another with loaded evaluators.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/run.h"
#include "benchmark/content_key.h"
#include "evaluators/panel.h"

namespace gallop::benchmark {

// Used by one thread at a time.
class Scorer {
 public:
  using Known = std::function<bool(const std::string& dimension, const std::string& key, const std::string& reader)>;
  using Sink = std::function<void(const LedgerEntry& entry)>;

  Scorer(const RunPlan& plan, FileHashes& hashes) : plan_(plan), keys_(plan, hashes), panel_(plan.weights, plan.load) {}

  // `known` may take a dimension out by its key before anything is decoded; `sink` hears of each outcome as soon as it stands.
  double judging_seconds() const noexcept { return judging_; }  // spent inside evaluators so far, by the clock
  double judging_processor_seconds() const noexcept { return judging_processor_; }
  void score(const WorkUnit& unit, const base::RunMonitor& monitor, const Known& known, const Sink& sink);

 private:
  struct Ready {
    std::vector<std::string> names, keys, readers, settings;
    std::optional<Image> image;
    std::string clip_sha256;
  };
  Ready prepare(const WorkUnit& unit, const Known& known, const Sink& sink);

  const RunPlan& plan_;
  KeyMaker keys_;
  evaluators::Panel panel_;
  double judging_ = 0.0, judging_processor_ = 0.0;
};

}  // namespace gallop::benchmark
