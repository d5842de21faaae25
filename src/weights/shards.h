// Checkpoints in several files, and folders that hold one.
#pragma once

#include <filesystem>

#include "weights/tensor_map.h"

namespace gallop::weights {

// The tensors an index (*.safetensors.index.json, *.bin.index.json) names; its files must lie in its own folder, hold
// what the index says and nothing else. FormatError otherwise.
TensorMap open_index(const std::filesystem::path& index);

// The one checkpoint of a folder: its index, else its only safetensors file, else its only .pth, .pt or .bin file.
// NotFound when there is none; InvalidArgument naming them when there are several.
std::filesystem::path checkpoint_in(const std::filesystem::path& folder);

}  // namespace gallop::weights
