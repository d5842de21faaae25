// Tensors of a checkpoint by name.
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "tensor/aten.h"

namespace gallop::weights {

// Names in order. The tensors view the mapped file and keep it alive; they are read-only: copy before changing one.
using TensorMap = std::map<std::string, at::Tensor>;

// Reads a checkpoint, recognising the container by its content:
//   - safetensors, and the index of a sharded set (*.safetensors.index.json, whose files lie in the same folder)
//   - torch archives (zip), TorchScript archives, and the older torch stream format; nested dictionaries give dotted names
// Nothing in the file is ever executed. NotFound, FormatError (says what lies and where).
TensorMap open_weights(const std::filesystem::path& file);

}  // namespace gallop::weights
