#include "models/single_stream/sequence.h"

#include <cmath>

#include "base/check.h"

namespace gallop::models::single_stream {
namespace {

// 0 .. count - 1 as float32.
at::Tensor counted(std::int64_t count) { return at::arange(count, at::TensorOptions().dtype(at::kFloat)); }

// (coordinate - centre) * (reference - 1) / (size - 1); a size of one keeps the coordinate.
double stretch(std::int64_t reference, std::int64_t size) {
  return size == 1 ? 1.0 : static_cast<double>(static_cast<float>(reference - 1) / static_cast<float>(size - 1));
}

}  // namespace

at::Tensor pack_video(const at::Tensor& latents) {
  const auto s = latents.sizes().vec();
  GALLOP_CHECK(s.size() == 4 && s[2] % 2 == 0 && s[3] % 2 == 0 && latents.numel() > 0, InvalidArgument,
               "video latents: [{}], expected [C, T, even, even]", fmt::join(s, ", "));
  return latents.reshape({s[0], s[1], s[2] / 2, 2, s[3] / 2, 2})
      .permute({1, 2, 4, 0, 3, 5})
      .reshape({s[1] * s[2] / 2 * s[3] / 2, 4 * s[0]});
}

at::Tensor unpack_video(const at::Tensor& tokens, const Layout& layout) {
  GALLOP_ASSERT(tokens.size(0) == layout.video() && tokens.size(1) % 4 == 0);
  const auto channels = tokens.size(1) / 4;
  return tokens.reshape({layout.frames, layout.rows, layout.columns, 2, 2, channels})
      .permute({5, 0, 1, 3, 2, 4})
      .reshape({channels, layout.frames, 2 * layout.rows, 2 * layout.columns});
}

at::Tensor positions(const Layout& layout, TextPositions text) {
  GALLOP_CHECK(text == TextPositions::origin || layout.text >= 2, InvalidArgument,
               "text tokens: {}, but super-resolution needs at least 2 to spread them over time", layout.text);
  auto all = at::zeros({layout.total(), 3}, at::kFloat);
  auto video = all.narrow(0, 0, layout.video()).view({layout.frames, layout.rows, layout.columns, 3});
  video.select(3, 0).copy_(counted(layout.frames).view({-1, 1, 1}).expand({layout.frames, layout.rows, layout.columns}));
  video.select(3, 1).copy_((counted(layout.rows) - static_cast<double>(layout.rows - 1) / 2.0)
                               .view({1, -1, 1})
                               .expand({layout.frames, layout.rows, layout.columns}));
  video.select(3, 2).copy_((counted(layout.columns) - static_cast<double>(layout.columns - 1) / 2.0)
                               .view({1, 1, -1})
                               .expand({layout.frames, layout.rows, layout.columns}));
  // The base model derives the length of the video from the audio, super-resolution takes it as it is; on every path of the
  // published pipeline both are the same number.
  const auto reference = text == TextPositions::origin ? (layout.audio - 1) / 4 + 1 : layout.frames;
  all.narrow(0, layout.video(), layout.audio).select(1, 0).copy_(counted(layout.audio) * stretch(reference, layout.audio));
  auto words = all.narrow(0, layout.video() + layout.audio, layout.text).select(1, 0);
  if (text == TextPositions::spread) {
    words.copy_(counted(layout.text) * stretch(2, layout.text));
  } else if (layout.text == 1) {
    words.fill_(-1.0);  // a scale of 1 where longer texts have 0
  }
  return all;
}

at::Tensor rotary_bands(std::int64_t bands) {
  std::vector<double> values;
  for (std::int64_t i = 0; i < bands; ++i) values.push_back(std::pow(10000.0, -static_cast<double>(i) / static_cast<double>(bands)));
  return at::tensor(values, at::kDouble).to(at::kFloat);
}

Rotation rotation(const at::Tensor& positions, std::int64_t bands) {
  const auto angles = (positions.unsqueeze(-1) * rotary_bands(bands).to(positions.device())).flatten(1);  // [L, 3 bands]
  return {angles.sin(), angles.cos()};
}

}  // namespace gallop::models::single_stream
