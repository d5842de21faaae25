#include "nn/attention.h"

#include <cmath>

#include "nn/tile_attention.h"
#include "nn/tile_product.h"
#include "tensor/record.h"

namespace gallop::nn {
namespace {

constexpr std::int64_t kFewQueries = 16;  // fewer do not repay the packing of the keys

bool fits_tiles(const at::Tensor& x) {
  return x.is_cpu() && x.scalar_type() == at::kFloat && x.stride(3) == 1 && x.size(3) % tiles::kStep == 0;
}

tiles::Attention::Operand operand(const at::Tensor& x) { return {x.const_data_ptr<float>(), {x.stride(0), x.stride(1), x.stride(2)}}; }

}  // namespace

at::Tensor attend(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, bool causal) {
  if (causal || q.size(2) < kFewQueries || !fits_tiles(q) || !fits_tiles(k) || !fits_tiles(v) || !tiles::available())
    return at::scaled_dot_product_attention(q, k, v, {}, 0.0, causal).transpose(1, 2).flatten(2);
  GALLOP_RECORD("gallop::attention", q, k, v);
  auto y = at::empty({q.size(0), q.size(2), q.size(1) * q.size(3)}, q.options());
  tiles::attend({.q = operand(q),
                 .k = operand(k),
                 .v = operand(v),
                 .batch = q.size(0),
                 .heads = q.size(1),
                 .queries = q.size(2),
                 .keys = k.size(2),
                 .width = q.size(3),
                 .scale = static_cast<float>(1.0 / std::sqrt(static_cast<double>(q.size(3)))),
                 .y = y.mutable_data_ptr<float>()},
                at::get_num_threads());
  return y;
}

}  // namespace gallop::nn
