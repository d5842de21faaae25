// JSON as one byte sequence for one value (RFC 8785): what is hashed, signed and compared.
#pragma once

#include <string>

#include "base/json.h"

namespace gallop::benchmark {

// Sorted keys (by UTF-16 code units), no blanks, shortest numbers as ECMAScript prints them. InvalidArgument: NaN or infinity,
// text that is not UTF-8.
std::string canonical(const base::Json& value);

// Numbers that JSON lacks: NaN as null, infinities as "Infinity" and "-Infinity"; and back.
base::Json json_number(double value);
double number_of(const base::Json& value);

}  // namespace gallop::benchmark
