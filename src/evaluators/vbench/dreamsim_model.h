// The DreamSim ensemble from its archive: three base files and the low-rank adapters, merged while loading.
#pragma once

#include <memory>

#include "evaluators/vbench/checkpoints.h"
#include "gallop/evaluator.h"
#include "models/dreamsim/dreamsim.h"

namespace gallop::evaluators::vbench {

// NotFound, ModelError, FormatError. Every tensor of the adapters must find its place.
std::shared_ptr<const models::dreamsim::Dreamsim> load_dreamsim(const std::filesystem::path& weights, const LoadOptions& options);

}  // namespace gallop::evaluators::vbench
