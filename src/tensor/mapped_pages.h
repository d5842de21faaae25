// Tensors whose memory is a mapped file, and are not read again for now.
#pragma once

#include "base/mapped_pages.h"
#include "tensor/aten.h"

namespace gallop::tensor {

// Gives the pages of a tensor that lies in a mapped file back to the system; they come back when it is read. Any other tensor is left
// alone.
inline void drop_mapped_pages(const at::Tensor& value) {
  if (value.is_cpu() && value.numel() > 0) base::drop_mapped_pages({static_cast<const std::byte*>(value.const_data_ptr()), value.nbytes()});
}

}  // namespace gallop::tensor
