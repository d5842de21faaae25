// The content address of a result: everything the score depends on, hashed.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "benchmark/file_hashes.h"
#include "gallop/benchmark.h"

namespace gallop::benchmark {

// Makes keys for the clips of one plan. Used by one thread at a time.
class KeyMaker {
 public:
  KeyMaker(const RunPlan& plan, FileHashes& hashes) : plan_(plan), hashes_(hashes) {}
  // `reader`: what the loaded evaluator says of its frames. NotFound and IoError when clip, image or weights cannot be read.
  std::string key(const WorkUnit& unit, const std::string& dimension, const std::string& reader);
  std::string clip_sha256(const WorkUnit& unit) { return hashes_.of(plan_.videos / unit.clip); }
  const EvaluatorInfo& info(const std::string& dimension);
  const std::vector<std::string>& weights(const std::string& dimension);  // SHA-256 in the order of the needs

 private:
  const RunPlan& plan_;
  FileHashes& hashes_;
  std::map<std::string, EvaluatorInfo> infos_;
  std::map<std::string, std::vector<std::string>> weights_;
};

// Raised when an evaluator gives the same clip another value while the library keeps its version; stored results are then not
// reused.
inline constexpr int kEvaluatorRevision = 1;

bool has_need(const EvaluatorInfo& info, std::string_view need);
std::string dtype_name(const LoadOptions& load);
std::string device_class(const LoadOptions& load);  // "cpu" or "cuda"

}  // namespace gallop::benchmark
