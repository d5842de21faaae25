// The safetensors container.
#pragma once

#include <filesystem>

#include "weights/tensor_map.h"

namespace gallop::weights {

TensorMap open_safetensors(const std::filesystem::path& file);
// Every file an index names must lie in the index's own folder.
TensorMap open_safetensors_index(const std::filesystem::path& index);
// Atomic; tensors sorted by name, contiguous. IoError, InvalidArgument (dtype the format does not know).
void write_safetensors(const std::filesystem::path& file, const TensorMap& tensors, const std::map<std::string, std::string>& metadata = {});

}  // namespace gallop::weights
