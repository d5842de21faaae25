// The pre-norm transformer block of every vision and text tower here: x += proj(attention(norm1(x))); x += mlp(norm2(x)).
#pragma once

#include <vector>

#include "nn/packed_linear.h"

namespace gallop::nn {

enum class Kept { packed, stored };  // matrices in the form this processor multiplies fastest, or as they came

enum class Activation { gelu, quick_gelu };  // exact erf form; x * sigmoid(1.702 x)

struct PrenormBlock {
  LayerNorm norm1, norm2;
  PackedLinear qkv;   // [3 D, D], rows ordered query, key, value
  PackedLinear proj;  // [D, D]
  PackedLinear fc1, fc2;
  std::int64_t heads = 1;
  Activation activation = Activation::gelu;

  // x [B, N, D] -> [B, N, D]. `causal`: a token sees itself and those before it.
  at::Tensor operator()(const at::Tensor& x, bool causal = false) const;
  // The first token of the result only, [B, 1, D]: all that a read-out of the class token needs of the last block.
  at::Tensor first_token(const at::Tensor& x) const;
  // Brings the layers into the form this processor multiplies fastest (PackedLinear).
  void pack();
  // Of a block that is not packed: the same with matrices and biases in another type, and memory of a mapped file given back.
  PrenormBlock in(at::ScalarType dtype) const;
  void drop_pages() const;

 private:
  at::Tensor finish(at::Tensor attended, const at::Tensor& x) const;  // everything after attention
};

// The norm in the type of its weights, returned in that of x: networks in half precision keep float32 norms.
at::Tensor normed(const LayerNorm& norm, const at::Tensor& x);

// All blocks on tokens [B, N, D] -> the first token, [B, D]; of the last block nothing else is computed. At least one block.
at::Tensor run_to_first_token(const std::vector<PrenormBlock>& blocks, at::Tensor tokens);

// ln_1, attn.in_proj_weight, attn.out_proj, ln_2, mlp.c_fc, mlp.c_proj: the names of CLIP and its relatives, quick GELU,
// MLP four times the width.
PrenormBlock load_clip_block(const Params& params, std::int64_t width, std::int64_t heads, Kept kept = Kept::packed);
// norm1, attn.qkv, attn.proj, norm2, mlp.fc1, mlp.fc2: the names of timm and its relatives, GELU, norms with eps 1e-6.
// `split_bias`: the checkpoint holds attn.q_bias and attn.v_bias, and the key has none. Packed.
PrenormBlock load_vit_block(const Params& params, std::int64_t width, std::int64_t heads, bool split_bias);

}  // namespace gallop::nn
