// What a run needs, planned before it begins.
#pragma once

#include <string>
#include <vector>

#include "pipelines/wan/parts.h"

namespace gallop::pipelines::wan {

struct MemoryPlan {
  struct Stage {
    std::string name = {};
    std::uint64_t weights = 0, work = 0;  // bytes that the system cannot take back; work is an estimate from above
    std::string how = {};                 // what was chosen, in words
    std::uint64_t total() const { return weights + work; }
  };
  bool release = false;  // parts are freed when their stage is over
  bool stream_text = false, stream_blocks = false;
  models::wan::DecodePlan decode = {};
  std::vector<Stage> stages = {};
  std::uint64_t peak = 0, limit = 0;  // limit 0: none
  bool fits() const { return limit == 0 || peak <= limit; }
  std::string text() const;  // a line a stage
};

// The plan with the least streaming and tiling that fits the limit; the smallest one there is when none does.
MemoryPlan plan_memory(const WanParts& parts, const GenerateOptions& options, std::uint64_t limit);
// OutOfMemory with the numbers, and what would fit, when the plan does not.
void demand_fits(const MemoryPlan& plan, const WanParts& parts, const GenerateOptions& options);

}  // namespace gallop::pipelines::wan
