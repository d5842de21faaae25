// Attention of queries to keys and values, by the fastest means of the device.
#pragma once

#include "tensor/aten.h"

namespace gallop::nn {

// q [B, heads, N, d], k and v [B, heads, M, d] in any strides -> softmax(q k^T / sqrt(d)) v as [B, N, heads * d]. `causal`: row
// n sees columns 0..n only. On processors with tile units float32 products are within 2^-16 (nn/tile_product.h), and a row's
// bits depend neither on the batch nor on the number of threads.
at::Tensor attend(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, bool causal = false);

}  // namespace gallop::nn
