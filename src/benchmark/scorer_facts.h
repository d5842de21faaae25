// What judged a dimension, as the ledger keeps it.
#pragma once

#include <string>

#include "gallop/benchmark.h"

namespace gallop::benchmark {

std::string settings_of(const ScorerFacts& facts);  // canonical JSON
ScorerFacts facts_of(const std::string& settings);  // FormatError

}  // namespace gallop::benchmark
