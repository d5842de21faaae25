#include "models/wan/vae_layers.h"

#include "base/check.h"
#include "nn/tokens.h"

namespace gallop::models::wan {
namespace {

// The chunk behind its history of `count` frames: [count + T, H, W, C]; missing history is zero.
at::Tensor with_history(const at::Tensor& history, std::int64_t count, at::IntArrayRef shape, const at::TensorOptions& options) {
  std::vector<std::int64_t> sizes(shape.begin(), shape.end());
  sizes[0] += count;
  auto buffer = at::empty(sizes, options);
  auto front = buffer.narrow(0, 0, count);
  if (history.defined()) {
    front.copy_(history);
  } else {
    front.zero_();
  }
  return buffer;
}

at::Tensor doubled_in_time(const Conv& conv, const at::Tensor& x, CausalState::Slot& slot, const CausalState& state) {
  auto buffer = with_history(slot.frames, 2, x.sizes(), x.options());
  buffer.narrow(0, 2, x.size(0)).copy_(x);
  slot.frames = state.last_chunk ? at::Tensor() : buffer.narrow(0, x.size(0), 2).clone();
  const auto y = convolve(conv, buffer, {1, 1, 1}, {0, 0, 0});                       // [T, H, W, 2 C]
  return y.view({y.size(0), y.size(1), y.size(2), 2, -1}).permute({0, 3, 1, 2, 4});  // [T, 2, H, W, C], a view
}

at::Tensor upsampled(const Resampler& resampler, const at::Tensor& x, CausalState& state) {
  auto y = x.unsqueeze(1);  // [T, 1 or 2, H, W, C]
  if (resampler.mode == Resample::up3d) {
    auto& slot = state.take();
    if (slot.started) y = doubled_in_time(resampler.temporal, x, slot, state);
    slot.started = true;
  }
  // A frame at a time: the enlarged input is four times as large as what it is made of.
  const auto s = y.sizes().vec();
  at::Tensor result;
  for (std::int64_t i = 0; i < s[0] * s[1]; ++i) {
    const auto frame = y[i / s[1]][i % s[1]];
    const auto wide = frame.unsqueeze(1).unsqueeze(3).expand({s[2], 2, s[3], 2, s[4]}).reshape({1, 2 * s[2], 2 * s[3], s[4]});
    const auto done = convolve(resampler.spatial, wide, {1, 1}, {1, 1});
    if (!result.defined()) result = at::empty({s[0] * s[1], done.size(1), done.size(2), done.size(3)}, done.options());
    result[i].copy_(done[0]);
  }
  return result;
}

at::Tensor downsampled(const Resampler& resampler, const at::Tensor& x, CausalState& state) {
  const auto y = convolve(resampler.spatial, at::constant_pad_nd(x, {0, 0, 0, 1, 0, 1}), {2, 2}, {0, 0});
  if (resampler.mode != Resample::down3d) return y;
  auto& slot = state.take();
  const auto last = y.narrow(0, y.size(0) - 1, 1).clone();
  if (!slot.frames.defined()) {
    slot.frames = last;
    return y;
  }
  const auto joined = at::cat({slot.frames, y});
  slot.frames = last;
  return convolve(resampler.temporal, joined, {2, 1, 1}, {0, 0, 0});
}

at::Tensor averaged_down(const Stage& stage, const at::Tensor& x) {
  const auto ft = stage.shortcut_time, fs = stage.shortcut_space;
  const auto missing = (ft - x.size(0) % ft) % ft;
  const auto padded = missing > 0 ? at::constant_pad_nd(x, {0, 0, 0, 0, 0, 0, missing, 0}) : x;
  const auto s = padded.sizes().vec();
  return padded.view({s[0] / ft, ft, s[1] / fs, fs, s[2] / fs, fs, s[3]})
      .permute({0, 2, 4, 6, 1, 3, 5})
      .reshape({s[0] / ft, s[1] / fs, s[2] / fs, stage.shortcut_out, -1})
      .mean(-1);
}

at::Tensor repeated_up(const Stage& stage, const at::Tensor& x, bool first_chunk) {
  const auto ft = stage.shortcut_time, fs = stage.shortcut_space;
  const auto s = x.sizes().vec();
  const auto repeats = stage.shortcut_out * ft * fs * fs / stage.shortcut_in;
  const auto y = x.unsqueeze(-1)
                     .expand({s[0], s[1], s[2], s[3], repeats})
                     .reshape({s[0], s[1], s[2], stage.shortcut_out, ft, fs, fs})
                     .permute({0, 4, 1, 5, 2, 6, 3})
                     .reshape({s[0] * ft, s[1] * fs, s[2] * fs, stage.shortcut_out});
  return first_chunk ? y.narrow(0, ft - 1, y.size(0) - ft + 1) : y;
}

}  // namespace

at::Tensor convolve(const Conv& conv, const at::Tensor& x, at::IntArrayRef stride, at::IntArrayRef padding) {
  if (conv.fast.defined()) return nn::convolve(conv.fast, x.contiguous(), 0, conv.fast.weight.size(0));
  if (conv.weight.dim() == 4)
    return at::conv2d(x.permute({0, 3, 1, 2}), conv.weight, conv.bias, stride, padding).permute({0, 2, 3, 1}).contiguous();
  return at::conv3d(x.unsqueeze(0).permute({0, 4, 1, 2, 3}), conv.weight, conv.bias, stride, padding)
      .permute({0, 2, 3, 4, 1})
      .squeeze(0)
      .contiguous();
}

at::Tensor pointwise(const Conv& conv, const at::Tensor& x) {
  return at::linear(x, conv.weight.reshape({conv.weight.size(0), -1}), conv.bias);
}

at::Tensor causal(const Conv& conv, const at::Tensor& gamma, at::Tensor x, CausalState& state) {
  auto& slot = state.take();
  const auto count = x.size(0);
  if (!slot.frames.defined() && count == 1) {
    // Nothing before the first frame: only the last tap meets data.
    const auto input = gamma.defined() ? nn::pixel_norm(x, gamma, true) : x;
    if (!state.last_chunk) {
      slot.frames = with_history({}, 1, input.sizes(), input.options());
      slot.frames.narrow(0, 1, 1).copy_(input);
    }
    if (conv.fast.defined()) return nn::convolve(conv.fast, input.contiguous(), 2, 1);
    return convolve({conv.weight.select(2, 2).contiguous(at::MemoryFormat::ChannelsLast), conv.bias, {}}, input, {1, 1}, {1, 1});
  }
  auto buffer = with_history(slot.frames, 2, x.sizes(), x.options());
  if (gamma.defined()) {
    nn::pixel_norm(x, gamma, true, buffer.narrow(0, 2, count));
  } else {
    buffer.narrow(0, 2, count).copy_(x);
  }
  x.reset();  // nobody needs it any more when it was passed on
  slot.frames = state.last_chunk ? at::Tensor() : buffer.narrow(0, count, 2).clone();
  return convolve(conv, buffer, {1, 1, 1}, {0, 1, 1});
}

at::Tensor run(const ResBlock& block, const at::Tensor& x, CausalState& state) {
  auto y = causal(block.conv2, block.norm2, causal(block.conv1, block.norm1, x, state), state);
  return y.add_(block.shortcut.defined() ? pointwise(block.shortcut, x) : x);
}

at::Tensor run(const AttentionBlock& block, const at::Tensor& x) {
  const auto s = x.sizes().vec();
  const auto qkv = pointwise(block.qkv, nn::pixel_norm(x, block.norm, false)).view({s[0], 1, s[1] * s[2], 3 * s[3]}).chunk(3, -1);
  const auto y = at::scaled_dot_product_attention(qkv[0], qkv[1], qkv[2]);  // one head as wide as the map
  return pointwise(block.project, y.reshape(s)).add_(x);
}

at::Tensor run(const MidBlock& block, const at::Tensor& x, CausalState& state) {
  return run(block.second, run(block.attention, run(block.first, x, state)), state);
}

at::Tensor run(const Stage& stage, at::Tensor x, CausalState& state) {
  auto y = x;
  if (stage.shortcut_out == 0) x.reset();
  for (const auto& block : stage.blocks) y = run(block, y, state);
  const auto mode = stage.resampler.mode;
  const bool up = mode == Resample::up2d || mode == Resample::up3d;
  if (mode != Resample::none) y = up ? upsampled(stage.resampler, y, state) : downsampled(stage.resampler, y, state);
  if (stage.shortcut_out == 0) return y;
  return y + (up ? repeated_up(stage, x, state.first_chunk()) : averaged_down(stage, x));
}

at::Tensor patchify(const at::Tensor& frames, std::int64_t patch) {
  if (patch == 1) return frames;
  const auto s = frames.sizes().vec();
  return frames.reshape({s[0], s[1] / patch, patch, s[2] / patch, patch, s[3]})
      .permute({0, 1, 3, 5, 4, 2})
      .reshape({s[0], s[1] / patch, s[2] / patch, -1});
}

at::Tensor unpatchify(const at::Tensor& frames, std::int64_t patch) {
  if (patch == 1) return frames;
  const auto s = frames.sizes().vec();
  return frames.reshape({s[0], s[1], s[2], -1, patch, patch}).permute({0, 1, 5, 2, 4, 3}).reshape({s[0], s[1] * patch, s[2] * patch, -1});
}

}  // namespace gallop::models::wan
