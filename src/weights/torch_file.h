// Files of torch.save and torch.jit.save, read as data.
#pragma once

#include "base/files.h"
#include "weights/tensor_map.h"

namespace gallop::weights {

TensorMap open_torch_zip(const std::shared_ptr<const base::MappedFile>& file);     // torch >= 1.6, and TorchScript archives
TensorMap open_torch_stream(const std::shared_ptr<const base::MappedFile>& file);  // before 1.6
bool looks_like_torch_stream(std::span<const std::byte> bytes);

}  // namespace gallop::weights
