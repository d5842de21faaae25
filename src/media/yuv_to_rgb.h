// 8-bit 4:2:0 planes to packed RGB with the bytes of FFmpeg's scaler, in half its time.
#pragma once

#include <cstdint>

#include "media/ffmpeg.h"

namespace gallop::media {

// What a colour matrix and a range come to in the scaler's fixed point: 13 bits after the point, luma and chroma times eight.
struct YuvFactors {
  std::int16_t luma, luma_offset, red_of_v, green_of_u, green_of_v, blue_of_u;
};

// coefficients: four, from sws_getCoefficients. full: the planes use all values from 0 to 255.
YuvFactors yuv_factors(const int* coefficients, bool full);

// Whether yuv_to_rgb runs on this processor (AVX2) and gives the bytes of the FFmpeg linked: compared once, the first time.
bool has_yuv_to_rgb();

// Both sides even, at least kLeastWidth columns.
constexpr int kLeastWidth = 32;
inline bool fits_yuv_to_rgb(int width, int height) { return width >= kLeastWidth && width % 2 == 0 && height > 0 && height % 2 == 0; }

// rgb: [height, width, 3], not a byte more is written. Only where has_yuv_to_rgb() and fits_yuv_to_rgb(width, height).
void yuv_to_rgb(const std::uint8_t* const planes[], const int strides[], int width, int height, const YuvFactors& factors,
                std::uint8_t* rgb);

}  // namespace gallop::media
