#include "models/single_stream/block.h"

#include "nn/gated.h"

namespace gallop::models::single_stream {
namespace {

constexpr double kBlockEps = 1e-6;

// Rows that share one slice of a layer's weights.
struct Span {
  std::int64_t first, count, slice;
};

// The spans of the first `rows` rows, none longer than the run's pieces; even ones, because a short rest is multiplied slowly.
std::vector<Span> spans(const BlockRun& run, bool experts, std::int64_t rows) {
  std::vector<Span> parts;
  const auto add = [&](std::int64_t first, std::int64_t count, std::int64_t slice) {
    const auto all = std::min(count, rows - first), pieces = (all + run.chunk_rows - 1) / run.chunk_rows;
    for (std::int64_t i = 0; i < pieces; ++i) parts.push_back({first + all * i / pieces, all * (i + 1) / pieces - all * i / pieces, slice});
  };
  const auto& layout = run.layout;
  if (!experts) {
    add(0, layout.total(), 0);
  } else {
    add(0, layout.video(), 0);
    add(layout.video(), layout.audio, 1);
    add(layout.video() + layout.audio, layout.text, 2);
  }
  return parts;
}

at::Tensor slice_of(const at::Tensor& stacked, std::int64_t slice, std::int64_t slices) {
  const auto rows = stacked.size(0) / slices;
  return stacked.narrow(0, slice * rows, rows);
}

// Queries, keys and values of all rows in the compute type, rotated; gates as they are.
struct Heads {
  at::Tensor q, k, v, gate;
};

Heads project(const JointBlock& block, std::int64_t slices, const at::Tensor& residual, const BlockRun& run) {
  const auto& config = run.config;
  const auto rows = residual.size(0), q_width = config.width, kv_width = config.kv_heads * config.head_dim;
  const auto options = residual.options().dtype(run.dtype);
  Heads all{at::empty({rows, q_width}, options), at::empty({rows, kv_width}, options), at::empty({rows, kv_width}, options),
            at::empty({rows, config.heads()}, options)};
  for (const auto& span : spans(run, slices > 1, rows)) {
    const auto part = [&](const at::Tensor& x) { return x.narrow(0, span.first, span.count); };
    const auto own = [&](const at::Tensor& x) { return slice_of(x, span.slice, slices); };
    const auto y = at::linear(nn::offset_rms_norm(part(residual), own(block.attention_norm), kBlockEps, run.dtype), own(block.qkv));
    const auto sine = part(run.rotation.sine), cosine = part(run.rotation.cosine);
    nn::head_norm_rotate(y.narrow(1, 0, q_width), own(block.q_norm), sine, cosine, kBlockEps, part(all.q));
    nn::head_norm_rotate(y.narrow(1, q_width, kv_width), own(block.k_norm), sine, cosine, kBlockEps, part(all.k));
    part(all.v).copy_(y.narrow(1, q_width + kv_width, kv_width));
    part(all.gate).copy_(y.narrow(1, q_width + 2 * kv_width, config.heads()));
  }
  return all;
}

void attend(const JointBlock& block, std::int64_t index, at::Tensor& residual, const BlockRun& run, std::int64_t rows) {
  const auto& config = run.config;
  const auto slices = config.experts(index);
  const auto heads = project(block, slices, residual, run);
  const auto split = [&](const at::Tensor& x) { return x.view({x.size(0), -1, config.head_dim}); };
  const auto window = config.layers[static_cast<std::size_t>(index)].local ? config.window : -1;
  auto mixed = joint_attention(split(heads.q.narrow(0, 0, rows)), split(heads.k), split(heads.v), run.layout, window);
  mixed = nn::gate_heads(mixed, heads.gate.narrow(0, 0, rows), config.head_dim);
  for (const auto& span : spans(run, slices > 1, rows))
    residual.narrow(0, span.first, span.count)
        .add_(at::linear(mixed.narrow(0, span.first, span.count), slice_of(block.proj, span.slice, slices)));
}

// Rows in pieces: the hidden layer is the widest array of the model and need not exist as a whole.
void feed_forward(const JointBlock& block, std::int64_t index, at::Tensor& residual, const BlockRun& run, std::int64_t rows) {
  const auto slices = run.config.experts(index);
  const bool gated = run.config.layers[static_cast<std::size_t>(index)].gated;
  for (const auto& span : spans(run, slices > 1, rows)) {
    auto part = residual.narrow(0, span.first, span.count);
    const auto own = [&](const at::Tensor& x) { return slice_of(x, span.slice, slices); };
    const auto hidden = at::linear(nn::offset_rms_norm(part, own(block.mlp_norm), kBlockEps, run.dtype), own(block.up));
    part.add_(at::linear(gated ? nn::swiglu7(hidden) : nn::gelu7(hidden), own(block.down)));
  }
}

}  // namespace

void run_block(const JointBlock& block, std::int64_t index, at::Tensor& residual, const BlockRun& run, bool last) {
  const auto rows = last ? run.layout.video() + run.layout.audio : run.layout.total();
  attend(block, index, residual, run, rows);
  feed_forward(block, index, residual, run, rows);
}

}  // namespace gallop::models::single_stream
