#include "nn/gated.h"

#include "nn/gated_kernels.h"

namespace gallop::nn {
namespace {

constexpr double kLimit = 7.0, kSlope = 1.702;

at::Tensor plain_float(const at::Tensor& x) { return x.to(at::kFloat).contiguous(); }

bool is_bfloat16(const at::Tensor& x) { return x.scalar_type() == at::kBFloat16; }
const kernels::Bits* bits(const at::Tensor& x) { return reinterpret_cast<const kernels::Bits*>(x.const_data_ptr<at::BFloat16>()); }
kernels::Bits* own_bits(at::Tensor& x) { return reinterpret_cast<kernels::Bits*>(x.data_ptr<at::BFloat16>()); }

at::Tensor normed(const at::Tensor& x, const at::Tensor& weight, double eps) {
  return x * (x.square().mean(-1, true) + eps).rsqrt() * (1.0 + weight);
}

at::Tensor sloped(const at::Tensor& a) { return a * (kSlope * a).sigmoid(); }

}  // namespace

at::Tensor offset_rms_norm(const at::Tensor& x, const at::Tensor& weight, double eps, at::ScalarType dtype) {
  const auto wide = plain_float(x);
  if (!wide.is_cpu()) return normed(wide, weight, eps).to(dtype);
  const auto rows = wide.size(0), width = wide.size(1);
  const auto threads = at::get_num_threads();
  const auto *from = wide.const_data_ptr<float>(), *scale = weight.const_data_ptr<float>();
  auto out = at::empty_like(wide, wide.options().dtype(dtype == at::kBFloat16 ? at::kBFloat16 : at::kFloat));
  if (is_bfloat16(out)) {
    kernels::offset_rms_norm(from, scale, own_bits(out), rows, width, eps, threads);
  } else {
    kernels::offset_rms_norm(from, scale, out.data_ptr<float>(), rows, width, eps, threads);
  }
  return out.to(dtype);
}

void head_norm_rotate(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& sine, const at::Tensor& cosine, double eps,
                      at::Tensor out) {
  const auto rows = x.size(0), head = weight.size(0), heads = x.size(1) / head, half = sine.size(1);
  const bool rows_alone = x.is_cpu() && x.stride(1) == 1 && out.stride(1) == 1 && x.scalar_type() == out.scalar_type();
  if (rows_alone && (is_bfloat16(x) || x.scalar_type() == at::kFloat)) {
    const kernels::HeadRows shape{rows, heads, head, x.stride(0), out.stride(0)};
    const auto *scale = weight.const_data_ptr<float>(), *s = sine.const_data_ptr<float>(), *c = cosine.const_data_ptr<float>();
    if (is_bfloat16(x)) {
      kernels::head_norm_rotate(bits(x), scale, s, c, half, own_bits(out), shape, eps, at::get_num_threads());
    } else {
      kernels::head_norm_rotate(x.const_data_ptr<float>(), scale, s, c, half, out.data_ptr<float>(), shape, eps, at::get_num_threads());
    }
    return;
  }
  const auto y = normed(x.to(at::kFloat).reshape({rows, heads, head}), weight, eps);
  const auto a = y.narrow(2, 0, half), b = y.narrow(2, half, half);
  const auto s = sine.unsqueeze(1), c = cosine.unsqueeze(1);
  out.copy_(at::cat({a * c - b * s, b * c + a * s, y.narrow(2, 2 * half, head - 2 * half)}, 2).flatten(1));
}

at::Tensor gate_heads(const at::Tensor& x, const at::Tensor& gate, std::int64_t head) {
  const auto rows = x.size(0), heads = x.size(1) / head;
  const auto factors = gate.to(at::kFloat);
  if (!x.is_cpu() || factors.stride(1) != 1)
    return (x.to(at::kFloat).view({rows, heads, head}) * factors.sigmoid().unsqueeze(-1)).flatten(1).to(x.scalar_type());
  const auto* gates = factors.const_data_ptr<float>();
  const auto threads = at::get_num_threads();
  if (is_bfloat16(x)) {
    auto out = x.contiguous();
    kernels::gate_heads(own_bits(out), gates, rows, heads, head, factors.stride(0), threads);
    return out;
  }
  auto wide = plain_float(x);
  kernels::gate_heads(wide.data_ptr<float>(), gates, rows, heads, head, factors.stride(0), threads);
  return wide.to(x.scalar_type());
}

at::Tensor swiglu7(const at::Tensor& x) {
  const auto rows = x.size(0), width = x.size(1) / 2;
  if (x.is_cpu() && is_bfloat16(x)) {
    const auto from = x.contiguous();
    auto out = at::empty({rows, width}, x.options());
    kernels::swiglu7(bits(from), own_bits(out), rows, width, at::get_num_threads());
    return out;
  }
  const auto wide = plain_float(x);
  if (!wide.is_cpu()) {
    const auto pairs = wide.view({rows, width, 2});
    return (sloped(pairs.select(2, 0).clamp_max(kLimit)) * (pairs.select(2, 1).clamp(-kLimit, kLimit) + 1.0)).to(x.scalar_type());
  }
  auto out = at::empty({rows, width}, at::kFloat);
  kernels::swiglu7(wide.const_data_ptr<float>(), out.data_ptr<float>(), rows, width, at::get_num_threads());
  return out.to(x.scalar_type());
}

at::Tensor gelu7(const at::Tensor& x) {
  if (x.is_cpu() && is_bfloat16(x)) {
    const auto from = x.contiguous();
    auto out = at::empty_like(from);
    kernels::gelu7(bits(from), own_bits(out), from.size(0), from.size(1), at::get_num_threads());
    return out;
  }
  const auto wide = plain_float(x);
  if (!wide.is_cpu()) return sloped(wide.clamp_max(kLimit)).to(x.scalar_type());
  auto out = at::empty_like(wide);
  kernels::gelu7(wide.const_data_ptr<float>(), out.data_ptr<float>(), wide.size(0), wide.size(1), at::get_num_threads());
  return out.to(x.scalar_type());
}

}  // namespace gallop::nn
