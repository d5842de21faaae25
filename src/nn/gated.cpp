#include "nn/gated.h"

#include "nn/gated_kernels.h"

namespace gallop::nn {
namespace {

constexpr double kLimit = 7.0, kSlope = 1.702;

at::Tensor plain_float(const at::Tensor& x) { return x.to(at::kFloat).contiguous(); }

at::Tensor normed(const at::Tensor& x, const at::Tensor& weight, double eps) {
  return x * (x.square().mean(-1, true) + eps).rsqrt() * (1.0 + weight);
}

at::Tensor sloped(const at::Tensor& a) { return a * (kSlope * a).sigmoid(); }

}  // namespace

at::Tensor offset_rms_norm(const at::Tensor& x, const at::Tensor& weight, double eps, at::ScalarType dtype) {
  const auto wide = plain_float(x);
  if (!wide.is_cpu()) return normed(wide, weight, eps).to(dtype);
  auto out = at::empty_like(wide);
  kernels::offset_rms_norm(wide.const_data_ptr<float>(), weight.const_data_ptr<float>(), out.data_ptr<float>(), wide.size(0), wide.size(1),
                           eps, at::get_num_threads());
  return out.to(dtype);
}

void head_norm_rotate(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& sine, const at::Tensor& cosine, double eps,
                      at::Tensor out) {
  const auto wide = x.to(at::kFloat);
  const auto rows = wide.size(0), head = weight.size(0), heads = wide.size(1) / head, half = sine.size(1);
  if (wide.is_cpu() && wide.stride(1) == 1) {
    const bool direct = out.scalar_type() == at::kFloat && out.stride(1) == 1;
    auto target = direct ? out : at::empty({rows, heads * head}, at::kFloat);
    kernels::head_norm_rotate(wide.const_data_ptr<float>(), weight.const_data_ptr<float>(), sine.const_data_ptr<float>(),
                              cosine.const_data_ptr<float>(), half, target.data_ptr<float>(),
                              {rows, heads, head, wide.stride(0), target.stride(0)}, eps, at::get_num_threads());
    if (!direct) out.copy_(target);
    return;
  }
  const auto y = normed(wide.reshape({rows, heads, head}), weight, eps);
  const auto a = y.narrow(2, 0, half), b = y.narrow(2, half, half);
  const auto s = sine.unsqueeze(1), c = cosine.unsqueeze(1);
  out.copy_(at::cat({a * c - b * s, b * c + a * s, y.narrow(2, 2 * half, head - 2 * half)}, 2).flatten(1));
}

at::Tensor gate_heads(const at::Tensor& x, const at::Tensor& gate, std::int64_t head) {
  const auto heads = x.size(1) / head;
  auto wide = x.to(at::kFloat).contiguous();
  const auto factors = gate.to(at::kFloat);
  if (!wide.is_cpu() || factors.stride(1) != 1)
    return (wide.view({x.size(0), heads, head}) * factors.sigmoid().unsqueeze(-1)).flatten(1).to(x.scalar_type());
  kernels::gate_heads(wide.data_ptr<float>(), factors.const_data_ptr<float>(), x.size(0), heads, head, factors.stride(0),
                      at::get_num_threads());
  return wide.to(x.scalar_type());
}

at::Tensor swiglu7(const at::Tensor& x) {
  const auto wide = plain_float(x);
  const auto rows = wide.size(0), width = wide.size(1) / 2;
  if (!wide.is_cpu()) {
    const auto pairs = wide.view({rows, width, 2});
    return (sloped(pairs.select(2, 0).clamp_max(kLimit)) * (pairs.select(2, 1).clamp(-kLimit, kLimit) + 1.0)).to(x.scalar_type());
  }
  auto out = at::empty({rows, width}, at::kFloat);
  kernels::swiglu7(wide.const_data_ptr<float>(), out.data_ptr<float>(), rows, width, at::get_num_threads());
  return out.to(x.scalar_type());
}

at::Tensor gelu7(const at::Tensor& x) {
  const auto wide = plain_float(x);
  if (!wide.is_cpu()) return sloped(wide.clamp_max(kLimit)).to(x.scalar_type());
  auto out = at::empty_like(wide);
  kernels::gelu7(wide.const_data_ptr<float>(), out.data_ptr<float>(), wide.size(0), wide.size(1), at::get_num_threads());
  return out.to(x.scalar_type());
}

}  // namespace gallop::nn
