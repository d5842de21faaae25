// The table of evaluators: built-in ones from the build's registrations, others added while running.
#pragma once

#include <filesystem>
#include <memory>
#include <string_view>
#include <vector>

#include "gallop/evaluator.h"

namespace gallop::evaluators {

void add(EvaluatorInfo info, EvaluatorFactory make);
std::unique_ptr<EvaluatorBase> make(std::string_view name, const std::filesystem::path& weights, const LoadOptions& options);
std::vector<EvaluatorInfo> list(std::string_view profile);

}  // namespace gallop::evaluators
