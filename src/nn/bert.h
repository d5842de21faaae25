// The post-norm transformer layer of BERT (Devlin et al. 2019) and its decoders, with keys and values that can be kept.
#pragma once

#include <optional>

#include "nn/layers.h"

namespace gallop::nn {

// x -> norm(x + dense(attention(x, memory))).
struct BertAttention {
  // Projected keys and values, [B, heads, N, D / heads] each. May be a view of something longer.
  struct Memory {
    at::Tensor keys, values;
  };

  Linear query, key, value, dense;
  LayerNorm norm;
  std::int64_t heads = 1;

  // self.{query,key,value}, output.{dense,LayerNorm}; keys and values are made from rows of `memory_width`.
  static BertAttention load(const Params& params, std::int64_t width, std::int64_t memory_width, std::int64_t heads, double eps);
  // rows [B, N, memory_width].
  Memory memory(const at::Tensor& rows) const;
  // x [B, M, D]; mask: added to the scaled products, broadcast to [B, heads, M, N], or undefined. A memory of fewer rows than
  // x repeats each of its rows for as many neighbours of x: beams of one picture share what they look at.
  at::Tensor operator()(const at::Tensor& x, const Memory& memory, const at::Tensor& mask = {}) const;
};

// x -> norm(x + down(gelu(up(x)))).
struct BertFeedForward {
  Linear up, down;
  LayerNorm norm;
  // intermediate.dense, output.{dense,LayerNorm}
  static BertFeedForward load(const Params& params, std::int64_t width, std::int64_t inner, double eps);
  at::Tensor operator()(const at::Tensor& x) const;
};

struct BertLayer {
  BertAttention self;
  std::optional<BertAttention> cross;
  BertFeedForward feed;

  struct Options {
    std::int64_t width = 768, inner = 3072, heads = 12;
    double eps = 1e-12;
    std::optional<std::int64_t> cross_width = std::nullopt;  // width of what `cross` looks at; unset: no such attention
  };
  // attention.*, crossattention.*, intermediate.*, output.*
  static BertLayer load(const Params& params, const Options& options);
};

// Keys and values of a decoder's earlier tokens, in one piece of memory that never grows.
class BertCache {
 public:
  // For `rows` sequences of at most `capacity` tokens.
  BertCache(std::int64_t rows, std::int64_t heads, std::int64_t capacity, std::int64_t head_width, const at::TensorOptions& options);
  // Adds the memory of the next tokens, and gives all of it so far.
  BertAttention::Memory append(const BertAttention::Memory& next);
  // Row i becomes what row order[i] was; `order` int64 [rows'].
  void reorder(const at::Tensor& order);
  std::int64_t length() const { return length_; }

 private:
  BertAttention::Memory all_;
  std::int64_t length_ = 0;
};

}  // namespace gallop::nn
