// One layer of the joint transformer on the residual stream (single_stream.md 2.7, 2.8).
#pragma once

#include "models/single_stream/transformer.h"

namespace gallop::models::single_stream {

struct BlockRun {
  const JointConfig& config;
  const Layout& layout;
  const Rotation& rotation;
  at::ScalarType dtype;
  std::int64_t chunk_rows;
};
// residual float32 [L, D], changed in place. `last`: text rows serve as keys and values only, their own result is left out,
// because nothing reads it.
void run_block(const JointBlock& block, std::int64_t index, at::Tensor& residual, const BlockRun& run, bool last);

// One softmax over the union of what each query may see. q [Q, heads, d], k and v [L, kv heads, d] with query head h reading
// key head h / (heads / kv heads); Q = L, or the video and audio rows only. `window` latent frames to either side for video
// queries; negative: everything. -> [Q, heads d]
at::Tensor joint_attention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, const Layout& layout, std::int64_t window);

}  // namespace gallop::models::single_stream
