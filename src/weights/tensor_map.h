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
//   - safetensors
//   - torch archives (zip), TorchScript archives, and the older torch stream format; nested dictionaries give dotted
//   names
//   - the index of a sharded set (*.index.json), whose files lie in the same folder
//   - a folder that holds exactly one checkpoint
// Nothing in the file is ever executed. NotFound, InvalidArgument (a folder with several), FormatError (says what lies
// and where).
TensorMap open_weights(const std::filesystem::path& path);

}  // namespace gallop::weights
