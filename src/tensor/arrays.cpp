#include "tensor/arrays.h"

namespace gallop::tensor {

at::Tensor view_of(const Array& array) {
  auto* data = const_cast<float*>(array.values().data());
  return at::from_blob(data, array.shape(), [array](void*) {}, at::kFloat);
}

Array to_array(const at::Tensor& tensor) {
  auto owner = std::make_shared<const at::Tensor>(tensor.to(at::kCPU, at::kFloat).contiguous());
  const std::span<const float> values(owner->const_data_ptr<float>(), static_cast<std::size_t>(owner->numel()));
  return Array(owner, values, owner->sizes().vec());
}

}  // namespace gallop::tensor
