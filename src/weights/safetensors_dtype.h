// Names of number types in safetensors files.
#pragma once

#include <optional>
#include <string_view>

#include "tensor/aten.h"

namespace gallop::weights {

std::optional<at::ScalarType> safetensors_dtype(std::string_view name);
std::optional<std::string_view> safetensors_name(at::ScalarType dtype);

}  // namespace gallop::weights
