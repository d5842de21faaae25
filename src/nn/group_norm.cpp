#include "nn/group_norm.h"

#include "nn/group_kernels.h"

namespace gallop::nn {

at::Tensor group_norm(at::Tensor x, std::int64_t groups, const at::Tensor& weight, const at::Tensor& bias, double eps, bool rectified) {
  const bool rows = x.is_cpu() && x.scalar_type() == at::kFloat && x.is_contiguous(at::MemoryFormat::ChannelsLast);
  if (!rows || x.size(1) > kernels::kMostChannels) {
    x = at::group_norm(x, groups, weight, bias, eps);
    return rectified ? x.relu_() : x;
  }
  kernels::group_norm({.x = x.mutable_data_ptr<float>(),
                       .images = x.size(0),
                       .pixels = x.size(2) * x.size(3),
                       .channels = x.size(1),
                       .groups = groups,
                       .weight = weight.const_data_ptr<float>(),
                       .bias = bias.const_data_ptr<float>(),
                       .eps = eps,
                       .rectified = rectified},
                      at::get_num_threads());
  return x;
}

}  // namespace gallop::nn
