// The packed token sequence of the joint transformer and where its tokens sit (single_stream.md 2.3 to 2.5). Models of this
// family differ mostly here: packing, positions and rotation are functions of their own.
#pragma once

#include "models/single_stream/config.h"
#include "tensor/aten.h"

namespace gallop::models::single_stream {

// Order in the sequence; also the order of the expert slices.
enum class Modality { video, audio, text };

// How many tokens of each kind, video first, then audio, then text.
struct Layout {
  std::int64_t frames = 0, rows = 0, columns = 0;  // latent frames, and patches down and across
  std::int64_t audio = 0, text = 0;

  std::int64_t per_frame() const { return rows * columns; }
  std::int64_t video() const { return frames * per_frame(); }
  std::int64_t total() const { return video() + audio + text; }
  bool operator==(const Layout&) const = default;
};

// Latents [C, T, h, w], h and w even, to tokens [T h/2 w/2, 4 C]; within a token the channel is slowest, then dy, dx.
at::Tensor pack_video(const at::Tensor& latents);
// Tokens of the output head [N, 4 C] to latents. Here the channel is fastest: the two orders differ, and both belong to the
// published weights.
at::Tensor unpack_video(const at::Tensor& tokens, const Layout& layout);

// The two conventions for text: the base model has all of it at the origin, super-resolution spreads it over the time 0 to 1.
enum class TextPositions { origin, spread };

// Position of every token on the axes time, row, column: float32 [L, 3]. Rows and columns are centred on 0, time starts
// at 0 and audio is stretched over the latent frames. InvalidArgument: `spread` with fewer than two text tokens.
at::Tensor positions(const Layout& layout, TextPositions text);

// Sines and cosines float32 [L, 3 bands], axis-major, frequencies 10000^(-i / bands).
struct Rotation {
  at::Tensor sine, cosine;
};
at::Tensor rotary_bands(std::int64_t bands);
Rotation rotation(const at::Tensor& positions, std::int64_t bands);

}  // namespace gallop::models::single_stream
