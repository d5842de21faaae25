#include "nn/packed_linear.h"

#include "base/check.h"
#include "nn/tile_product.h"
#include "tensor/mapped_pages.h"
#include "tensor/record.h"

namespace gallop::nn {
namespace {

bool fits_tiles(const at::Tensor& weight) {
  return weight.is_cpu() && weight.scalar_type() == at::kFloat && weight.size(0) % tiles::kStep == 0 &&
         weight.size(1) % tiles::kStep == 0 && tiles::available();
}

at::Tensor part(const at::Tensor& x, std::int64_t first, std::int64_t last) { return x.defined() ? x.slice(0, first, last) : x; }

}  // namespace

void PackedLinear::pack() {
  if (packed_.defined() || !plain_.weight.defined() || !fits_tiles(plain_.weight)) return;
  packed_ = at::empty({out_, in_, 2}, at::kBFloat16);
  tiles::pack_weight(plain_.weight.contiguous().const_data_ptr<float>(), out_, in_,
                     static_cast<std::uint16_t*>(packed_.mutable_data_ptr()));
  drop_pages();  // the file's, that were read just now
  plain_.weight = at::Tensor();
  if (plain_.bias.defined()) plain_.bias = plain_.bias.contiguous();
}

PackedLinear PackedLinear::in(at::ScalarType dtype) const {
  GALLOP_ASSERT(!packed_.defined());
  return {plain_.weight.to(dtype), plain_.bias.defined() ? plain_.bias.to(dtype) : plain_.bias};
}

void PackedLinear::drop_pages() const { tensor::drop_mapped_pages(plain_.weight); }

at::Tensor PackedLinear::outputs(const at::Tensor& x, std::int64_t first, std::int64_t last) const {
  if (!packed_.defined()) return Linear{part(plain_.weight, first, last), part(plain_.bias, first, last)}(x);
  GALLOP_RECORD("gallop::linear", x, packed_, last - first);
  const auto input = x.contiguous();
  auto shape = input.sizes().vec();
  shape.back() = last - first;
  auto y = at::empty(shape, input.options());
  tiles::multiply({.x = input.const_data_ptr<float>(),
                   .rows = input.numel() / in_,
                   .inputs = in_,
                   .packed = static_cast<const std::uint16_t*>(packed_.const_data_ptr()),
                   .first = first,
                   .count = last - first,
                   .bias = plain_.bias.defined() ? plain_.bias.const_data_ptr<float>() + first : nullptr,
                   .y = y.mutable_data_ptr<float>()},
                  at::get_num_threads());
  return y;
}

}  // namespace gallop::nn
