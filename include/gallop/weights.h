// Looking into checkpoint files.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
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

// A checkpoint that evaluators load.
struct CheckpointInfo {
  std::string file = {};                     // official name; the same stem with .safetensors is taken first
  std::string folder = {};                   // sub-folder of the weights folder where it may also lie
  std::string origin = {};                   // where to get it
  std::string sha256 = {};                   // of the published file, where one is published; else empty
  std::uint64_t bytes = 0;                   // about
  std::string licence = {};                  // of the weights
  std::vector<std::string> dimensions = {};  // evaluators that need it
};
// Every checkpoint the built-in evaluators load.
GALLOP_API std::vector<CheckpointInfo> checkpoints();

enum class CheckpointState {
  good,     // every tensor there, of the right shape, finite
  missing,  // not in the folder
  bad,      // another model's, damaged, or not the published file
};
GALLOP_API std::string_view name_of(CheckpointState state) noexcept;
struct CheckpointReport {
  CheckpointInfo info = {};
  CheckpointState state = CheckpointState::missing;
  std::filesystem::path path = {};  // of the file found; empty when missing
  std::string sha256 = {};          // of the file, when asked for and one is published
  std::string message = {};         // what is wrong and what to do; empty when good
};
struct CheckpointOptions {
  std::vector<std::string> dimensions = {};  // only what these need; empty: everything
  bool hash = false;                         // also compare with published hashes; reads every such file once more
};
// Looks at every checkpoint of a weights folder as the evaluators would: names, shapes, values. What is wrong is told in the
// reports. NotFound (no such folder), InvalidArgument (unknown dimension). Cost: about the memory of the largest file.
GALLOP_API std::vector<CheckpointReport> check_checkpoints(const std::filesystem::path& folder, const CheckpointOptions& options = {});

}  // namespace v0
}  // namespace gallop
