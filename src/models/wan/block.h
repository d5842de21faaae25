// One transformer block (wan.md 3.4).
#pragma once

#include "models/wan/conditioning.h"
#include "models/wan/rope.h"

namespace gallop::models::wan {

struct BlockContext {
  const WanConfig& config;
  const TimeModulation& time;
  const RopeTables& rope;
  at::Tensor text;   // [B, 512, D]
  at::Tensor image;  // [B, 257 or 514, D] or undefined
  const ForwardHooks& hooks;
};
// Changes x [B, N, D] in place.
void run_block(const WanBlock& block, std::int64_t index, at::Tensor& x, const BlockContext& context);
// Applies (scale, shift) rows of `table` + time to every span: modulated LayerNorm of x [B, N, D].
at::Tensor modulate(const at::Tensor& x, const at::Tensor& scale, const at::Tensor& shift, const TimeModulation& time, double eps);

}  // namespace gallop::models::wan
