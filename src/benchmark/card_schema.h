// The shape of a result card: every key present, none unknown.
#pragma once

#include <string>

#include "base/json.h"

namespace gallop::benchmark {

// "" when `card` fits result-card/1, else the dotted path of the first misfit and what was expected there.
std::string schema_misfit(const base::Json& card);
// `part` with every key of the schema's object at `path` ("model", "sampling.settings"); absent ones null. InvalidArgument
// for unknown keys.
base::Json completed(const std::string& path, const base::Json& part);

}  // namespace gallop::benchmark
