// The safetensors container.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <string>

#include "weights/tensor_map.h"

namespace gallop::weights {

// Maps and checks the file; no tensor is copied. NotFound, FormatError when it breaks any rule of the format.
TensorMap open_safetensors(const std::filesystem::path& file);
// The remarks ("__metadata__") of the file. Errors as above.
std::map<std::string, std::string, std::less<>> safetensors_remarks(const std::filesystem::path& file);
// Atomic; contiguous, wide element types first, then by name: the same tensors give the same bytes. IoError,
// InvalidArgument (an element type or name the format cannot hold).
void write_safetensors(const std::filesystem::path& file, const TensorMap& tensors,
                       const std::map<std::string, std::string>& metadata = {});

}  // namespace gallop::weights
