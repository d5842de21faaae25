// Uniting runs, and comparing two of them.
#pragma once

#include <filesystem>
#include <span>

#include "gallop/benchmark.h"

namespace gallop::benchmark {

Results merge_runs(const std::filesystem::path& into, std::span<const std::filesystem::path> runs);
Comparison compare(const Results& a, const Results& b, const CompareOptions& options);

}  // namespace gallop::benchmark
