// A score as stored text and back.
#pragma once

#include <string>

#include "gallop/benchmark.h"

namespace gallop::benchmark {

std::string payload_of(const Score& score);                                // canonical JSON
Score score_of(const std::string& dimension, const std::string& payload);  // FormatError

}  // namespace gallop::benchmark
