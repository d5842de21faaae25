// Decoded frames to packed RGB, upright, with the colour arithmetic of a reader contract.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "gallop/video.h"
#include "media/ffmpeg.h"
#include "media/yuv_to_rgb.h"

namespace gallop::media {

// A packed picture whose memory is longer than its pixels: the scaler's vector code writes past the end of a row.
struct RgbFrame {
  static constexpr std::size_t kSlack = 128;
  std::int64_t height = 0, width = 0;
  std::vector<std::uint8_t> rgb = {};  // [height, width, 3] and kSlack bytes

  void resize(std::int64_t h, std::int64_t w) {
    height = h;
    width = w;
    rgb.resize(static_cast<std::size_t>(h * w * 3) + kSlack);
  }
  std::span<const std::uint8_t> pixels() const { return std::span(rgb).first(static_cast<std::size_t>(height * width * 3)); }
};

// Used by one thread. Keeps what it prepared between frames of equal format.
class RgbConverter {
 public:
  // rotation: degrees clockwise. width and height: 0 = the frame's own (before turning by decord's rule: the size asked for
  // is that of the upright picture).
  RgbConverter(ReaderContract contract, int rotation, std::int64_t width, std::int64_t height);
  // Writes into `out`, reusing its memory.
  void convert(const AVFrame& frame, RgbFrame& out);

 private:
  void scale(const AVFrame& frame, RgbFrame& target);
  void prepare(const AVFrame& frame, int width, int height);

  ReaderContract contract_;
  int rotation_;
  std::int64_t width_, height_;
  Scaler scaler_;
  std::optional<YuvFactors> factors_;  // of frames that need no scaler
  std::vector<std::int64_t> prepared_for_;
  RgbFrame turned_;
  std::vector<std::uint8_t> padded_;
};

}  // namespace gallop::media
