#include "nn/bert.h"

namespace gallop::nn {
namespace {

// [B, N, D] -> [B, heads, N, D / heads]
at::Tensor split_heads(const at::Tensor& rows, std::int64_t heads) {
  return rows.view({rows.size(0), rows.size(1), heads, rows.size(2) / heads}).transpose(1, 2);
}

}  // namespace

BertAttention BertAttention::load(const Params& params, std::int64_t width, std::int64_t memory_width, std::int64_t heads, double eps) {
  const auto self = params / "self", output = params / "output";
  return {.query = Linear::load(self / "query", width, width),
          .key = Linear::load(self / "key", memory_width, width),
          .value = Linear::load(self / "value", memory_width, width),
          .dense = Linear::load(output / "dense", width, width),
          .norm = LayerNorm::load(output / "LayerNorm", width, eps),
          .heads = heads};
}

BertAttention::Memory BertAttention::memory(const at::Tensor& rows) const {
  return {split_heads(key(rows), heads), split_heads(value(rows), heads)};
}

at::Tensor BertAttention::operator()(const at::Tensor& x, const Memory& memory, const at::Tensor& mask) const {
  const auto batch = x.size(0), tokens = x.size(1), width = x.size(2);
  const auto shared = batch / memory.keys.size(0);
  auto queries = split_heads(query(x), heads);
  // Neighbouring rows of x with one memory become more queries of that memory: nothing is copied.
  if (shared > 1) {
    queries = queries.reshape({batch / shared, shared, heads, tokens, width / heads})
                  .transpose(1, 2)
                  .reshape({batch / shared, heads, shared * tokens, width / heads});
  }
  auto seen = at::scaled_dot_product_attention(queries, memory.keys, memory.values, mask.defined() ? std::optional(mask) : std::nullopt);
  if (shared > 1)
    seen = seen.view({batch / shared, heads, shared, tokens, width / heads}).transpose(1, 2).reshape({batch, heads, tokens, width / heads});
  return norm(dense(seen.transpose(1, 2).reshape({batch, tokens, width})).add_(x));
}

BertFeedForward BertFeedForward::load(const Params& params, std::int64_t width, std::int64_t inner, double eps) {
  return {.up = Linear::load(params / "intermediate" / "dense", width, inner),
          .down = Linear::load(params / "output" / "dense", inner, width),
          .norm = LayerNorm::load(params / "output" / "LayerNorm", width, eps)};
}

at::Tensor BertFeedForward::operator()(const at::Tensor& x) const { return norm(down(at::gelu(up(x))).add_(x)); }

BertLayer BertLayer::load(const Params& params, const Options& options) {
  const auto attention = [&](std::string_view name, std::int64_t memory_width) {
    return BertAttention::load(params / name, options.width, memory_width, options.heads, options.eps);
  };
  return {.self = attention("attention", options.width),
          .cross = options.cross_width ? std::optional(attention("crossattention", *options.cross_width)) : std::nullopt,
          .feed = BertFeedForward::load(params, options.width, options.inner, options.eps)};
}

BertCache::BertCache(std::int64_t rows, std::int64_t heads, std::int64_t capacity, std::int64_t head_width,
                     const at::TensorOptions& options)
    : all_{at::empty({rows, heads, capacity, head_width}, options), at::empty({rows, heads, capacity, head_width}, options)} {}

BertAttention::Memory BertCache::append(const BertAttention::Memory& next) {
  const auto count = next.keys.size(2);
  all_.keys.narrow(2, length_, count).copy_(next.keys);
  all_.values.narrow(2, length_, count).copy_(next.values);
  length_ += count;
  return {all_.keys.narrow(2, 0, length_), all_.values.narrow(2, 0, length_)};
}

void BertCache::reorder(const at::Tensor& order) {
  all_.keys = all_.keys.index_select(0, order);
  all_.values = all_.values.index_select(0, order);
}

}  // namespace gallop::nn
