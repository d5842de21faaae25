// Decoded frames as tensors.
#pragma once

#include "media/frame_source.h"
#include "tensor/convert.h"

namespace gallop::evaluators::vbench {

// uint8 [1, H, W, 3] where the frame is, valid as long as the view.
inline at::Tensor view_of(const media::FrameView& frame) {
  return at::from_blob(const_cast<std::uint8_t*>(frame.rgb.data()), {1, frame.height, frame.width, 3},
                       at::device(tensor::to_aten(frame.device)).dtype(at::kByte));
}
// The same in host memory, for what works on bytes there.
inline at::Tensor host_view_of(const media::FrameView& frame) { return view_of(frame).to(at::kCPU); }
// The same on another device: the bytes travel, what is made of them is made there.
inline at::Tensor frame_on(const at::Device& device, const media::FrameView& frame) { return view_of(frame).to(device); }
// float32 [1, 3, H, W] in 0..255.
inline at::Tensor planes(const at::Tensor& frame) { return frame.permute({0, 3, 1, 2}).to(at::kFloat).contiguous(); }

}  // namespace gallop::evaluators::vbench
