#include "nn/prenorm_block.h"

#include "nn/attention.h"
#include "nn/token_kernels.h"

namespace gallop::nn {
namespace {

// x * sigmoid(1.702 x); x is overwritten.
at::Tensor quick_gelu(at::Tensor x) {
  if (!x.is_cpu() || x.scalar_type() != at::kFloat || !x.is_contiguous()) return (x * 1.702).sigmoid_().mul_(x);
  kernels::quick_gelu(x.mutable_data_ptr<float>(), x.numel(), at::get_num_threads());
  return x;
}

// x is overwritten where that is possible.
at::Tensor activate(at::Tensor x, Activation activation) {
  return activation == Activation::gelu ? at::gelu_(x) : quick_gelu(std::move(x));
}

// [B, N, parts * D] -> `parts` views [B, heads, N, D / heads].
std::vector<at::Tensor> split(const at::Tensor& x, std::int64_t parts, std::int64_t heads) {
  return x.view({x.size(0), x.size(1), parts, heads, x.size(2) / parts / heads}).permute({2, 0, 3, 1, 4}).unbind(0);
}

}  // namespace

at::Tensor normed(const LayerNorm& norm, const at::Tensor& x) { return norm(x.to(norm.weight.scalar_type())).to(x.scalar_type()); }

at::Tensor PrenormBlock::operator()(const at::Tensor& x, bool causal) const {
  const auto attended = [&] {
    const auto parts = split(qkv(normed(norm1, x)), 3, heads);
    return attend(parts[0], parts[1], parts[2], causal);
  };
  return finish(attended(), x);  // queries, keys and values are gone by then
}

at::Tensor PrenormBlock::first_token(const at::Tensor& x) const {
  const auto width = x.size(2);
  const auto input = normed(norm1, x);
  const auto query = split(qkv.outputs(input.slice(1, 0, 1), 0, width), 1, heads);
  const auto others = split(qkv.outputs(input, width, 3 * width), 2, heads);
  return finish(attend(query[0], others[0], others[1]), x.slice(1, 0, 1));
}

at::Tensor PrenormBlock::finish(at::Tensor attended, const at::Tensor& x) const {
  auto y = proj(attended).add_(x);
  attended.reset();
  // Four times as wide inside: on the CPU as many tokens at a time as the products take together.
  constexpr std::int64_t kTokensAtOnce = 256;
  const auto tokens = y.view({-1, y.size(2)});
  for (const auto& part : tokens.split(y.is_cpu() ? kTokensAtOnce : tokens.size(0)))
    part.add_(fc2(activate(fc1(normed(norm2, part)), activation)));
  return y;
}

void PrenormBlock::pack() {
  for (auto* layer : {&qkv, &proj, &fc1, &fc2}) layer->pack();
}

PrenormBlock PrenormBlock::in(at::ScalarType dtype) const {
  auto block = *this;
  for (auto* layer : {&block.qkv, &block.proj, &block.fc1, &block.fc2}) *layer = layer->in(dtype);
  return block;
}

void PrenormBlock::drop_pages() const {
  for (const auto* layer : {&qkv, &proj, &fc1, &fc2}) layer->drop_pages();
}

at::Tensor run_to_first_token(const std::vector<PrenormBlock>& blocks, at::Tensor tokens) {
  for (std::size_t i = 0; i + 1 < blocks.size(); ++i) tokens = blocks[i](tokens);
  return blocks.back().first_token(tokens).select(1, 0);
}

PrenormBlock load_clip_block(const Params& params, std::int64_t width, std::int64_t heads, Kept kept) {
  const auto attention = params / "attn", mlp = params / "mlp";
  PrenormBlock block{.norm1 = LayerNorm::load(params / "ln_1", width, 1e-5),
                     .norm2 = LayerNorm::load(params / "ln_2", width, 1e-5),
                     .qkv = {attention("in_proj_weight", {3 * width, width}), attention("in_proj_bias", {3 * width})},
                     .proj = Linear::load(attention / "out_proj", width, width),
                     .fc1 = Linear::load(mlp / "c_fc", width, 4 * width),
                     .fc2 = Linear::load(mlp / "c_proj", 4 * width, width),
                     .heads = heads,
                     .activation = Activation::quick_gelu};
  if (kept == Kept::packed) block.pack();
  return block;
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
  PrenormBlock block{.norm1 = LayerNorm::load(params / "norm1", width, 1e-6),
                     .norm2 = LayerNorm::load(params / "norm2", width, 1e-6),
                     .qkv = {attention("qkv.weight", {3 * width, width}), bias},
                     .proj = Linear::load(attention / "proj", width, width),
                     .fc1 = Linear::load(mlp / "fc1", width, 4 * width),
                     .fc2 = Linear::load(mlp / "fc2", 4 * width, width),
                     .heads = heads,
                     .activation = Activation::gelu};
  block.pack();
  return block;
}

}  // namespace gallop::nn
