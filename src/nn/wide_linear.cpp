#include "nn/wide_linear.h"

#include "nn/float_product.h"
#include "nn/int8_product.h"
#include "nn/tile_product.h"
#include "nn/tokens.h"

namespace gallop::nn {
namespace {

constexpr std::int64_t kFewestRows = 256;  // below, splitting the weights costs more than the units save

bool is_plain(const at::Tensor& x) { return x.is_cpu() && x.scalar_type() == at::kFloat && x.is_contiguous(); }

const float* values_of(const at::Tensor& x) { return x.defined() ? x.const_data_ptr<float>() : nullptr; }

at::Tensor result_for(const at::Tensor& x, std::int64_t outputs) {
  auto shape = x.sizes().vec();
  shape.back() = outputs;
  return at::empty(shape, x.options());
}

}  // namespace

at::Tensor WideLinear::apply(const at::Tensor& x, at::Tensor out, bool gelu) const {
  const auto outputs = weight.size(0), inputs = weight.size(1), rows = x.numel() / inputs;
  const bool tiles = rows >= kFewestRows && inputs % tiles::kStep == 0 && outputs % tiles::kStep == 0 && is_plain(weight) && x.is_cpu() &&
                     x.scalar_type() == at::kFloat && (!bias.defined() || is_plain(bias)) && tiles::available();
  at::Tensor y;
  if (steps.defined()) {
    const auto input = x.to(at::kFloat).contiguous();
    y = out.defined() && is_plain(out) ? out : result_for(input, outputs);
    int8::multiply({.x = input.const_data_ptr<float>(),
                    .rows = rows,
                    .inputs = inputs,
                    .packed = weight.const_data_ptr<std::int8_t>(),
                    .steps = steps.const_data_ptr<float>(),
                    .outputs = outputs,
                    .bias = values_of(bias),
                    .y = y.mutable_data_ptr<float>()},
                   at::get_num_threads());
  } else if (tiles) {
    const auto input = x.contiguous();
    y = out.defined() ? out : result_for(input, outputs);
    tiles::multiply({.x = input.const_data_ptr<float>(),
                     .rows = rows,
                     .inputs = inputs,
                     .weight = weight.const_data_ptr<float>(),
                     .outputs = outputs,
                     .bias = values_of(bias),
                     .y = y.mutable_data_ptr<float>(),
                     .gelu = gelu},
                    at::get_num_threads());
    return y;
  } else {
    y = at::linear(x, weight, bias);
  }
  if (gelu) y = gelu_tanh(y);
  if (!out.defined()) return y.to(x.scalar_type());
  if (!out.is_same(y)) out.copy_(y);
  return out;
}

bool WideLinear::fits_8_bits(std::int64_t outputs, std::int64_t inputs) {
  return outputs % int8::kOutputStep == 0 && inputs % int8::kInputStep == 0 && inputs <= int8::kMostInputs;
}

WideLinear WideLinear::in_8_bits() const {
  const auto outputs = weight.size(0), inputs = weight.size(1);
  if (!weight.is_cpu() || !fits_8_bits(outputs, inputs)) return *this;
  const auto wide = weight.to(at::kFloat).contiguous();
  WideLinear layer{at::empty({outputs, inputs}, at::kChar), bias.defined() ? bias.to(at::kFloat).contiguous() : bias,
                   at::empty({outputs}, at::kFloat)};
  int8::pack(wide.const_data_ptr<float>(), outputs, inputs, layer.weight.mutable_data_ptr<std::int8_t>(),
             layer.steps.mutable_data_ptr<float>());
  return layer;
}

}  // namespace gallop::nn
