// The content address of a result: everything the score depends on, hashed.
#pragma once

#include <map>
#include <string>
#include <utility>
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
  // Canonical JSON of what judges a dimension (scorer_facts.h); the key holds its hash.
  const std::string& settings(const std::string& dimension, const std::string& reader) { return set_up(dimension, reader).text; }

 private:
  struct SetUp {
    std::string text, sha256;
  };
  const SetUp& set_up(const std::string& dimension, const std::string& reader);
  const std::vector<std::string>& weights(const std::string& dimension);  // SHA-256 in the order of the needs

  const RunPlan& plan_;
  FileHashes& hashes_;
  std::map<std::string, EvaluatorInfo> infos_;
  std::map<std::string, std::vector<std::string>> weights_;
  std::map<std::pair<std::string, std::string>, SetUp> set_ups_;
};

bool has_need(const EvaluatorInfo& info, std::string_view need);
std::string dtype_name(const LoadOptions& load);
std::string device_class(const LoadOptions& load);  // "cpu" or "cuda"

}  // namespace gallop::benchmark
