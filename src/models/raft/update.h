// The recurrent update of RAFT. The context half of every gate is constant over the iterations and computed once.
#pragma once

#include "nn/packed_conv.h"

namespace gallop::models::raft {

struct Update {
  // One separable pass of the gated recurrent unit; z and r share one convolution.
  struct Pass {
    nn::PackedConv2d gates, gates_context;          // [2 * 128, 256 | 128, ...] of (hidden, motion) | context
    nn::PackedConv2d candidate, candidate_context;  // [128, 256 | 128, ...]
  };
  // What `context` adds to each convolution of a pass.
  struct Constant {
    at::Tensor gates, candidate;
  };
  nn::PackedConv2d correlation1, correlation2, flow1, flow2, motion;
  Pass horizontal, vertical;
  nn::PackedConv2d head1, head2, mask1, mask2;

  static Update load(const nn::Params& params);
  static Constant prepare(const Pass& pass, const at::Tensor& context);
  // (correlation [1, 324, h, w], flow [1, 2, h, w]) -> motion features [1, 128, h, w]
  at::Tensor encode(const at::Tensor& correlation, const at::Tensor& flow) const;
  static at::Tensor recur(const Pass& pass, const Constant& constant, const at::Tensor& hidden, const at::Tensor& motion);
  at::Tensor flow_step(const at::Tensor& hidden) const { return head2(head1.rectified(hidden)); }
  at::Tensor upsampling_mask(const at::Tensor& hidden) const { return mask2(mask1.rectified(hidden)).mul_(0.25); }
};

}  // namespace gallop::models::raft
