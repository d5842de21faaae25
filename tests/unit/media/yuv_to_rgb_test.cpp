#include "media/yuv_to_rgb.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>

#include "media/rgb_converter.h"

using namespace gallop;
using namespace gallop::media;

namespace {

FramePtr make_picture(int width, int height, AVColorSpace matrix, bool full) {
  silence_ffmpeg();
  auto frame = make_frame();
  frame->width = width;
  frame->height = height;
  frame->format = full ? AV_PIX_FMT_YUVJ420P : AV_PIX_FMT_YUV420P;
  frame->colorspace = matrix;
  REQUIRE(av_frame_get_buffer(frame.get(), 0) == 0);
  return frame;
}

// The scaler, set as RgbConverter sets it, with room at the end of every row.
class Reference {
 public:
  Reference(const AVFrame& frame, ReaderContract contract, int matrix, bool full)
      : scaler_(sws_getContext(frame.width, frame.height, AV_PIX_FMT_YUV420P, frame.width, frame.height, AV_PIX_FMT_RGB24,
                               contract == ReaderContract::decord ? SWS_BILINEAR : SWS_BICUBIC, nullptr, nullptr, nullptr)),
        stride_(3 * ((frame.width + 63) / 64 * 64)),
        rows_(static_cast<std::size_t>(stride_ * (frame.height + 1))) {
    REQUIRE(scaler_ != nullptr);
    REQUIRE(sws_setColorspaceDetails(scaler_.get(), sws_getCoefficients(matrix), full, sws_getCoefficients(SWS_CS_DEFAULT), 1, 0, 1 << 16,
                                     1 << 16) >= 0);
  }

  // Whether the rows of `ours` have its bytes.
  bool equals(const AVFrame& frame, const RgbFrame& ours) {
    std::uint8_t* const planes[] = {rows_.data(), nullptr, nullptr, nullptr};
    const int strides[] = {stride_, 0, 0, 0};
    if (sws_scale(scaler_.get(), frame.data, frame.linesize, 0, frame.height, planes, strides) != frame.height) return false;
    for (std::ptrdiff_t y = 0; y < frame.height; ++y) {
      const auto* row = ours.rgb.data() + 3 * frame.width * y;
      if (!std::equal(row, row + 3 * frame.width, rows_.data() + stride_ * y)) return false;
    }
    return true;
  }

 private:
  Scaler scaler_;
  int stride_;
  std::vector<std::uint8_t> rows_;
};

struct Colours {
  AVColorSpace tag;
  int matrix;
};
constexpr Colours kColours[] = {{AVCOL_SPC_SMPTE170M, SWS_CS_ITU601},  {AVCOL_SPC_BT709, SWS_CS_ITU709},
                                {AVCOL_SPC_BT2020_NCL, SWS_CS_BT2020}, {AVCOL_SPC_SMPTE240M, SWS_CS_SMPTE240M},
                                {AVCOL_SPC_FCC, SWS_CS_FCC},           {AVCOL_SPC_UNSPECIFIED, SWS_CS_DEFAULT}};

}  // namespace

TEST_CASE("yuv_to_rgb: every Y, U and V becomes what the scaler makes of it, for every matrix and range") {
  for (const auto& [tag, matrix] : kColours)
    for (const bool full : {false, true}) {
      CAPTURE(matrix);
      CAPTURE(full);
      // One picture has every U with every V, and four values of Y for each pair.
      const auto frame = make_picture(512, 512, tag, full);
      for (std::ptrdiff_t row = 0; row < 256; ++row)
        for (std::ptrdiff_t column = 0; column < 256; ++column) {
          frame->data[1][row * frame->linesize[1] + column] = static_cast<std::uint8_t>(column);
          frame->data[2][row * frame->linesize[2] + column] = static_cast<std::uint8_t>(row);
        }
      RgbConverter converter(ReaderContract::decord, 0, 0, 0);
      Reference reference(*frame, ReaderContract::decord, matrix, full);
      RgbFrame ours;
      int unequal = 0;
      for (int luma = 0; luma < 256; luma += 4) {
        for (std::ptrdiff_t row = 0; row < 512; ++row)
          for (std::ptrdiff_t column = 0; column < 512; ++column)
            frame->data[0][row * frame->linesize[0] + column] = static_cast<std::uint8_t>(luma + 2 * (row % 2) + column % 2);
        converter.convert(*frame, ours);
        unequal += !reference.equals(*frame, ours);
      }
      CHECK(unequal == 0);
    }
}

TEST_CASE("yuv_to_rgb: sizes of all kinds, both contracts, rows from the bottom up; nothing is written beyond the picture") {
  std::mt19937 random(7);
  const auto below = [&random](int end) { return static_cast<int>(random() % static_cast<unsigned>(end)); };
  for (int round = 0; round < 300; ++round) {
    // Odd sides and narrow pictures too, which are the scaler's.
    const int width = 2 + below(round % 3 == 0 ? 40 : 400), height = 2 + below(20);
    const auto& [tag, matrix] = kColours[below(std::size(kColours))];
    const bool full = round % 2 == 0;
    const auto contract = round % 5 == 0 ? ReaderContract::opencv : ReaderContract::decord;
    CAPTURE(width);
    CAPTURE(height);
    const auto frame = make_picture(width, height, tag, full);
    for (const auto* buffer : {frame->buf[0], frame->buf[1], frame->buf[2]})
      for (std::size_t i = 0; buffer != nullptr && i < buffer->size; ++i) buffer->data[i] = static_cast<std::uint8_t>(random());
    if (round % 4 == 1 && width % 2 == 0 && height % 2 == 0)
      for (int plane = 0; plane < 3; ++plane) {
        frame->data[plane] += std::ptrdiff_t{frame->linesize[plane]} * (height / (plane == 0 ? 1 : 2) - 1);
        frame->linesize[plane] = -frame->linesize[plane];
      }
    RgbConverter converter(contract, 0, 0, 0);
    RgbFrame ours;
    converter.convert(*frame, ours);
    Reference reference(*frame, contract, contract == ReaderContract::opencv ? SWS_CS_DEFAULT : matrix, full);
    CHECK(reference.equals(*frame, ours));
    if (!has_yuv_to_rgb() || !fits_yuv_to_rgb(width, height)) continue;
    std::vector<std::uint8_t> guarded(static_cast<std::size_t>(3 * width * height) + 64, 0xA5);
    yuv_to_rgb(frame->data, frame->linesize, width, height, yuv_factors(sws_getCoefficients(matrix), full), guarded.data());
    CHECK(std::all_of(guarded.end() - 64, guarded.end(), [](std::uint8_t byte) { return byte == 0xA5; }));
  }
}

TEST_CASE("yuv_to_rgb: is in use where the processor has AVX2 and the scaler is the one its arithmetic was taken from") {
#if defined(__x86_64__) && defined(__GNUC__)
  if (__builtin_cpu_supports("avx2") && LIBSWSCALE_VERSION_MAJOR == 6) {
    CHECK(has_yuv_to_rgb());
    return;
  }
#endif
  MESSAGE("not checked: another processor or FFmpeg; frames go through the scaler: " << !has_yuv_to_rgb());
}
