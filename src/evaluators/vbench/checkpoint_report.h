// What a weights folder holds of what the dimensions need.
#pragma once

#include "gallop/weights.h"

namespace gallop::evaluators::vbench {

std::vector<CheckpointInfo> known_checkpoints();
std::vector<CheckpointReport> check_checkpoints(const std::filesystem::path& folder, const CheckpointOptions& options);

}  // namespace gallop::evaluators::vbench
