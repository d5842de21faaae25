// A model written anew: any layout read, diffusers' layout and another number type written.
#pragma once

#include "base/run.h"
#include "pipelines/wan/parts.h"

namespace gallop::pipelines::wan {

void save_model(const WanParts& parts, const std::filesystem::path& folder, std::optional<DType> dtype, const base::RunMonitor& monitor);
// What the parts are, stored and in memory: a line each.
std::string described_parts(const WanParts& parts);

}  // namespace gallop::pipelines::wan
