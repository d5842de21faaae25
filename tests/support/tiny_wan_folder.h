// Tiny Wan models as complete folders in the diffusers layout, the ones the recorded values were made with.
#pragma once

#include <filesystem>
#include <string>

#include "weights/tensor_map.h"

namespace gallop::test {

// Writes the model called `name` (tiny_wan.h lists them) into `folder`, with the tokenizer at `tokenizer` (tokenizer.json).
void write_tiny_wan(const std::filesystem::path& folder, const std::string& name, const std::filesystem::path& tokenizer);
// Parts of it.
weights::TensorMap tiny_umt5(std::int64_t vocab);
weights::TensorMap tiny_vision(bool with_projection);

}  // namespace gallop::test
