// The second door to LibTorch: naming a piece of work to its profilers, which costs nothing while none runs. Apart from aten.h,
// because few files need it and its headers are heavy.
#pragma once

#include <ATen/record_function.h>

#include "tensor/aten.h"

// GALLOP_RECORD("gallop::linear", x, weight): tensors and numbers a profiler shows beside the time until the end of the scope.
#define GALLOP_RECORD(name, ...) RECORD_FUNCTION(name, (std::vector<c10::IValue>{__VA_ARGS__}))
