// Nested dictionaries of a checkpoint to dotted names.
#pragma once

#include <functional>
#include <string>

#include "weights/pickle.h"
#include "weights/tensor_map.h"

namespace gallop::weights {

// Collects every tensor below `root`; `resolve` gives the tensor of a description. Entries that hold no tensor (epochs,
// settings) are left out. FormatError: nested deeper than 64, a name twice, a structure that contains itself.
TensorMap flatten(const PickleValue& root, const std::function<at::Tensor(const TensorSpec&)>& resolve, const std::string& where);

// A tensor over a storage's bytes; copies only when the bytes are not aligned for the type. FormatError when they are
// too few.
at::Tensor tensor_over(std::span<const std::byte> storage, const std::shared_ptr<const void>& owner, const TensorSpec& spec,
                       const std::string& where);

}  // namespace gallop::weights
