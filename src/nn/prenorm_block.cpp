#include "nn/prenorm_block.h"

namespace gallop::nn {
namespace {

at::Tensor activate(const at::Tensor& x, Activation activation) {
  return activation == Activation::gelu ? at::gelu(x) : (x * 1.702).sigmoid_().mul_(x);
}

// q, k, v as [B, heads, N, D / heads] views of the fused projection.
at::Tensor attend(const at::Tensor& qkv, std::int64_t heads, bool causal) {
  const auto batch = qkv.size(0), tokens = qkv.size(1), width = qkv.size(2) / 3;
  const auto parts = qkv.view({batch, tokens, 3, heads, width / heads}).permute({2, 0, 3, 1, 4}).unbind(0);
  return at::scaled_dot_product_attention(parts[0], parts[1], parts[2], {}, 0.0, causal).transpose(1, 2).reshape({batch, tokens, width});
}

}  // namespace

at::Tensor PrenormBlock::operator()(const at::Tensor& x, bool causal) const {
  auto y = proj(attend(qkv(norm1(x)), heads, causal)).add_(x);
  return fc2(activate(fc1(norm2(y)), activation)).add_(y);
}

PrenormBlock load_clip_block(const Params& params, std::int64_t width, std::int64_t heads) {
  const auto attention = params / "attn", mlp = params / "mlp";
  return {.norm1 = LayerNorm::load(params / "ln_1", width, 1e-5),
          .norm2 = LayerNorm::load(params / "ln_2", width, 1e-5),
          .qkv = {attention("in_proj_weight", {3 * width, width}), attention("in_proj_bias", {3 * width})},
          .proj = Linear::load(attention / "out_proj", width, width),
          .fc1 = Linear::load(mlp / "c_fc", width, 4 * width),
          .fc2 = Linear::load(mlp / "c_proj", 4 * width, width),
          .heads = heads,
          .activation = Activation::quick_gelu};
}

PrenormBlock load_vit_block(const Params& params, std::int64_t width, std::int64_t heads, bool split_bias) {
  const auto attention = params / "attn", mlp = params / "mlp";
  at::Tensor bias;
  if (split_bias) {
    const auto query = attention("q_bias", {width}), value = attention("v_bias", {width});
    bias = at::cat({query, at::zeros_like(query), value});
  } else {
    bias = attention("qkv.bias", {3 * width});
  }
  return {.norm1 = LayerNorm::load(params / "norm1", width, 1e-6),
          .norm2 = LayerNorm::load(params / "norm2", width, 1e-6),
          .qkv = {attention("qkv.weight", {3 * width, width}), bias},
          .proj = Linear::load(attention / "proj", width, width),
          .fc1 = Linear::load(mlp / "fc1", width, 4 * width),
          .fc2 = Linear::load(mlp / "fc2", 4 * width, width),
          .heads = heads,
          .activation = Activation::gelu};
}

}  // namespace gallop::nn
