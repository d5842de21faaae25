// Between public arrays of numbers and tensors.
#pragma once

#include "gallop/array.h"
#include "tensor/aten.h"

namespace gallop::tensor {

// float32, the array's shape; views its numbers and keeps them alive. Never write to it.
at::Tensor view_of(const Array& array);
// A float32 copy in host memory when the tensor is not that already; shares it otherwise.
Array to_array(const at::Tensor& tensor);

}  // namespace gallop::tensor
