// Results out of a ledger.
#pragma once

#include "benchmark/ledger.h"

namespace gallop::benchmark {

Results results_of(const Ledger& ledger, const ResultOptions& options);
void save_results(const Results& results, const std::filesystem::path& folder);

}  // namespace gallop::benchmark
