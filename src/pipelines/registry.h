// The table of pipeline families.
#pragma once

#include "pipelines/pipeline_base.h"

namespace gallop::pipelines {

std::vector<PipelineInfo> families();  // sorted by name
// The first family that recognises the source opens it. NotFound; Unsupported when none does (lists the known models).
std::unique_ptr<PipelineBase> open_pipeline(const ModelSource& source, const LoadOptions& options, const base::RunMonitor& monitor);

}  // namespace gallop::pipelines
