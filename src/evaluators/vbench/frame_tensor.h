// Decoded frames as tensors.
#pragma once

#include "media/frame_source.h"
#include "tensor/aten.h"

namespace gallop::evaluators::vbench {

// uint8 [1, H, W, 3], valid as long as the view.
inline at::Tensor view_of(const media::FrameView& frame) {
  return at::from_blob(const_cast<std::uint8_t*>(frame.rgb.data()), {1, frame.height, frame.width, 3}, at::kByte);
}
// float32 [1, 3, H, W] in 0..255.
inline at::Tensor planes(const media::FrameView& frame) { return view_of(frame).permute({0, 3, 1, 2}).to(at::kFloat).contiguous(); }

}  // namespace gallop::evaluators::vbench
