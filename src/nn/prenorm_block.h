// The pre-norm transformer block of every vision and text tower here: x += proj(attention(norm1(x))); x += mlp(norm2(x)).
#pragma once

#include "nn/layers.h"

namespace gallop::nn {

enum class Activation { gelu, quick_gelu };  // exact erf form; x * sigmoid(1.702 x)

struct PrenormBlock {
  LayerNorm norm1, norm2;
  Linear qkv;   // [3 D, D], rows ordered query, key, value
  Linear proj;  // [D, D]
  Linear fc1, fc2;
  std::int64_t heads = 1;
  Activation activation = Activation::gelu;

  // x [B, N, D] -> [B, N, D]. `causal`: a token sees itself and those before it.
  at::Tensor operator()(const at::Tensor& x, bool causal = false) const;
};

// ln_1, attn.in_proj_weight, attn.out_proj, ln_2, mlp.c_fc, mlp.c_proj: the names of CLIP and its relatives, quick GELU,
// MLP four times the width.
PrenormBlock load_clip_block(const Params& params, std::int64_t width, std::int64_t heads);
// norm1, attn.qkv, attn.proj, norm2, mlp.fc1, mlp.fc2: the names of timm and its relatives, GELU, norms with eps 1e-6.
// `split_bias`: the checkpoint holds attn.q_bias and attn.v_bias, and the key has none.
PrenormBlock load_vit_block(const Params& params, std::int64_t width, std::int64_t heads, bool split_bias);

}  // namespace gallop::nn
