// From a recorded problem back to the exception it was.
#pragma once

#include "gallop/evaluator.h"

namespace gallop::evaluators {

[[noreturn]] void rethrow(const Problem& problem);

}  // namespace gallop::evaluators
