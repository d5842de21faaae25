#include "models/wan/block.h"

#include "nn/tokens.h"

namespace gallop::models::wan {
namespace {

// [B, N, D] -> [B, heads, N, head_dim], a view.
at::Tensor split_heads(const at::Tensor& x, std::int64_t heads) { return x.view({x.size(0), x.size(1), heads, -1}).transpose(1, 2); }

// -> [B, N, D]
at::Tensor attend(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, std::int64_t heads) {
  return at::scaled_dot_product_attention(split_heads(q, heads), split_heads(k, heads), split_heads(v, heads))
      .transpose(1, 2)
      .reshape(q.sizes());
}

at::Tensor normed(const at::Tensor& x, const at::Tensor& weight, const BlockContext& context, bool rotate) {
  if (!rotate) return nn::rms_norm_rotate(x, weight, {}, {}, context.config.head_dim, context.config.eps);
  for (std::int64_t b = 0; b < x.size(0); ++b) {
    auto sample = x[b];
    const auto turned =
        nn::rms_norm_rotate(sample, weight, context.rope.cosine, context.rope.sine, context.config.head_dim, context.config.eps);
    if (!turned.is_same(sample)) sample.copy_(turned);
  }
  return x;
}

// Takes its rows: each array is freed as soon as it has been read.
at::Tensor self_attention(const WanAttention& attention, at::Tensor x, const BlockContext& context) {
  auto q = normed(attention.q(x), attention.norm_q, context, true);
  auto k = normed(attention.k(x), attention.norm_k, context, true);
  auto v = attention.v(x);
  x.reset();
  const auto attended = attend(q, k, v, context.config.heads);
  for (auto* rows : {&q, &k, &v}) rows->reset();
  return attention.out(attended);
}

at::Tensor cross_attention(const WanAttention& attention, const at::Tensor& x, const BlockContext& context) {
  const auto heads = context.config.heads;
  const auto q = normed(attention.q(x), attention.norm_q, context, false);
  auto y = attend(q, normed(attention.k(context.text), attention.norm_k, context, false), attention.v(context.text), heads);
  if (context.image.defined()) {
    // Two softmaxes, summed before the output projection.
    const auto k = normed(attention.image_k(context.image), attention.norm_image_k, context, false);
    y.add_(attend(q, k, attention.image_v(context.image), heads));
  }
  return attention.out(y);
}

// Rows in pieces: the hidden layer is the widest array of the model and need not exist as a whole.
at::Tensor feed_forward(const WanBlock& block, const at::Tensor& x) {
  constexpr std::int64_t kRows = 2048;
  const auto rows = x.view({-1, x.size(-1)});
  const auto pieces = (rows.size(0) + kRows - 1) / kRows;
  auto y = at::empty_like(rows);
  for (std::int64_t i = 0; i < pieces; ++i) {
    const auto first = rows.size(0) * i / pieces, count = rows.size(0) * (i + 1) / pieces - first;
    block.ffn_out.into(y.narrow(0, first, count), block.ffn_in.gelu(rows.narrow(0, first, count)));
  }
  return y.view(x.sizes());
}

void add_gated(at::Tensor& x, const at::Tensor& y, const at::Tensor& gate, const TimeModulation& time) {
  for (std::int64_t b = 0; b < x.size(0); ++b)
    for (std::size_t s = 0; s < time.spans.size(); ++s) {
      const auto& span = time.spans[s];
      nn::gated_add_(x[b].narrow(0, span.first, span.count), y[b].narrow(0, span.first, span.count), gate[b][static_cast<std::int64_t>(s)]);
    }
}

}  // namespace

at::Tensor modulate(const at::Tensor& x, const at::Tensor& scale, const at::Tensor& shift, const TimeModulation& time, double eps) {
  if (x.size(0) == 1 && time.spans.size() == 1) return nn::modulated_norm(x, scale[0][0], shift[0][0], eps);
  auto out = at::empty_like(x);
  for (std::int64_t b = 0; b < x.size(0); ++b)
    for (std::size_t s = 0; s < time.spans.size(); ++s) {
      const auto& span = time.spans[s];
      const auto row = static_cast<std::int64_t>(s);
      out[b]
          .narrow(0, span.first, span.count)
          .copy_(nn::modulated_norm(x[b].narrow(0, span.first, span.count), scale[b][row], shift[b][row], eps));
    }
  return out;
}

void run_block(const WanBlock& block, std::int64_t index, at::Tensor& x, const BlockContext& context) {
  const auto name = "blocks." + std::to_string(index);
  const auto observe = [&](const char* part, const at::Tensor& value) {
    if (context.hooks.observe) context.hooks.observe(name + part, value);
  };
  const auto& time = context.time;
  const auto eps = context.config.eps;
  // [B, spans, D] float32 each; the order of the six rows: wan.md 3.3.
  const auto rows = (block.table.unsqueeze(0) + time.projection.to(at::kFloat)).unbind(2);
  const auto row = [&](int i) { return rows[static_cast<std::size_t>(i)].contiguous(); };

  auto change = self_attention(block.self, modulate(x, row(1), row(0), time, eps), context);
  observe(".attn1", change);
  add_gated(x, change, row(2), time);
  change.reset();
  change = cross_attention(block.cross, nn::affine_norm(x, block.cross_norm, block.cross_norm_bias, eps), context);
  observe(".attn2", change);
  nn::gated_add_(x, change, {});
  change.reset();
  change = feed_forward(block, modulate(x, row(4), row(3), time, eps));
  observe(".ffn", change);
  add_gated(x, change, row(5), time);
  observe("", x);
}

}  // namespace gallop::models::wan
