// Which networks read which checkpoint, to try a file without a dimension.
#pragma once

#include "evaluators/vbench/checkpoints.h"

namespace gallop::evaluators::vbench {

// Builds every network that reads `file` and looks at every value. ModelError: tensors are missing, misshapen, left over or not
// finite. FormatError, IoError as reading does.
void try_checkpoint(const std::filesystem::path& file, const Checkpoint& checkpoint);

}  // namespace gallop::evaluators::vbench
