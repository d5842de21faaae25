// From a suite and a folder to what is judged: every clip on every dimension, found or not.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "gallop/benchmark.h"

namespace gallop::benchmark {

// One clip on one dimension of the plan.
struct Item {
  std::string dimension = {};
  std::string clip = {};  // relative path; the expected stem when missing
  std::size_t record = 0;
  int sample = 0;
  RowState state = RowState::pending;
  std::string reason = {};  // of a problem found before decoding
};

struct WorkList {
  Preflight found = {};          // `units`: those of the plan's shard
  std::vector<Item> items = {};  // of every shard, in the order of records and samples
  std::vector<std::string> dimensions = {};
};

// As preflight() of the public header.
WorkList make_work_list(const Suite& suite, const RunPlan& plan);

// The labels a dimension of a record is judged with; empty when it has none.
const std::map<std::string, std::string>& labels_of(const SuiteRecord& record, const std::string& dimension);

}  // namespace gallop::benchmark
