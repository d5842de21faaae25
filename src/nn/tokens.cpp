#include "nn/tokens.h"

#include <cmath>

#include "nn/token_kernels.h"

namespace gallop::nn {
namespace {

bool tokens_fit(const at::Tensor& x) { return x.device().is_cpu() && x.scalar_type() == at::kFloat && x.is_contiguous(); }
bool table_fits(const at::Tensor& table, std::int64_t count) {
  return table.device().is_cpu() && table.scalar_type() == at::kFloat && table.is_contiguous() && table.numel() == count;
}

}  // namespace

at::Tensor modulated_norm(const at::Tensor& x, const at::Tensor& scale, const at::Tensor& shift, double eps) {
  const auto width = x.size(-1);
  if (tokens_fit(x) && table_fits(scale, width) && table_fits(shift, width)) {
    auto out = at::empty_like(x);
    kernels::layer_norm(x.const_data_ptr<float>(), scale.const_data_ptr<float>(), shift.const_data_ptr<float>(), false,
                        out.data_ptr<float>(), x.numel() / width, width, eps, at::get_num_threads());
    return out;
  }
  return (at::layer_norm(x.to(at::kFloat), {width}, {}, {}, eps) * (1 + scale) + shift).to(x.scalar_type());
}

at::Tensor affine_norm(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias, double eps) {
  const auto width = x.size(-1);
  if (tokens_fit(x) && table_fits(weight, width) && table_fits(bias, width)) {
    auto out = at::empty_like(x);
    kernels::layer_norm(x.const_data_ptr<float>(), weight.const_data_ptr<float>(), bias.const_data_ptr<float>(), true,
                        out.data_ptr<float>(), x.numel() / width, width, eps, at::get_num_threads());
    return out;
  }
  return at::layer_norm(x.to(at::kFloat), {width}, weight, bias, eps).to(x.scalar_type());
}

void gated_add_(at::Tensor x, const at::Tensor& y, const at::Tensor& gate) {
  const auto width = x.size(-1);
  if (tokens_fit(x) && tokens_fit(y) && (!gate.defined() || table_fits(gate, width))) {
    kernels::gated_add(x.data_ptr<float>(), y.const_data_ptr<float>(), gate.defined() ? gate.const_data_ptr<float>() : nullptr,
                       x.numel() / width, width, at::get_num_threads());
  } else if (gate.defined()) {
    x.copy_(x.to(at::kFloat) + y * gate);
  } else {
    x.add_(y);
  }
}

at::Tensor rms_norm_rotate(at::Tensor x, const at::Tensor& weight, const at::Tensor& cosine, const at::Tensor& sine, std::int64_t head,
                           double eps) {
  const auto width = x.size(-1);
  const auto rows = x.numel() / width;
  if (tokens_fit(x) && table_fits(weight, width) && (!cosine.defined() || table_fits(cosine, rows * head / 2))) {
    const float* cos = cosine.defined() ? cosine.const_data_ptr<float>() : nullptr;
    const float* sin = sine.defined() ? sine.const_data_ptr<float>() : nullptr;
    kernels::rms_norm_rotate(x.data_ptr<float>(), weight.const_data_ptr<float>(), cos, sin, rows, width, head, eps, at::get_num_threads());
    return x;
  }
  auto y = at::rms_norm(x, {width}, weight, eps);
  if (!cosine.defined()) return y;
  const auto pairs = y.reshape({rows, width / head, head / 2, 2}).to(at::kFloat);
  const auto even = pairs.select(-1, 0), odd = pairs.select(-1, 1);
  const auto c = cosine.view({rows, 1, head / 2}), s = sine.view({rows, 1, head / 2});
  return at::stack({even * c - odd * s, even * s + odd * c}, -1).reshape(x.sizes()).to(x.scalar_type());
}

at::Tensor gelu_tanh(at::Tensor x) {
  if (!tokens_fit(x)) return at::gelu(x, "tanh");
  kernels::gelu_tanh(x.data_ptr<float>(), x.numel(), at::get_num_threads());
  return x;
}

at::Tensor pixel_norm(const at::Tensor& x, const at::Tensor& gamma, bool silu, at::Tensor out) {
  const auto width = x.size(-1);
  if (!out.defined()) out = at::empty(x.sizes(), x.options());
  if (tokens_fit(x) && tokens_fit(out) && table_fits(gamma, width)) {
    kernels::pixel_norm_silu(x.const_data_ptr<float>(), gamma.const_data_ptr<float>(), out.data_ptr<float>(), x.numel() / width, width,
                             silu, at::get_num_threads());
    return out;
  }
  const auto wide = x.to(at::kFloat);
  auto y = (wide / wide.norm(2, {-1}, true).clamp_min(1e-12)).to(x.scalar_type()) * std::sqrt(static_cast<double>(width)) * gamma;
  return out.copy_(silu ? at::silu(y) : y);
}

}  // namespace gallop::nn
