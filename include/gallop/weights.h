// Looking into checkpoint files.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "gallop/export.h"

namespace gallop {
inline namespace v0 {

struct TensorInfo {
  std::string name = {};
  std::string dtype = {};  // safetensors' name: "F32", "BF16", "I64" ...
  std::vector<std::int64_t> shape = {};
  std::string sha256 = {};  // of the contiguous little-endian values; empty unless asked for
};

// The tensors of a safetensors file, a sharded set's index, a torch archive or an older torch stream, sorted by name.
// A folder stands for the one checkpoint in it. Nothing in the file is executed. NotFound, InvalidArgument, FormatError.
GALLOP_API std::vector<TensorInfo> inspect_weights(const std::filesystem::path& file, bool hash = false);

// Writes the tensors of any of these containers as one safetensors file. Atomic. Errors as above, and IoError.
GALLOP_API void convert_weights(const std::filesystem::path& file, const std::filesystem::path& target);

}  // namespace v0
}  // namespace gallop
