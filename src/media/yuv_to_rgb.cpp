#include "media/yuv_to_rgb.h"

#include <algorithm>
#include <array>
#include <vector>

#if defined(__x86_64__) && defined(__GNUC__)
#include <immintrin.h>
#define GALLOP_YUV_TO_RGB
#endif

namespace gallop::media {

YuvFactors yuv_factors(const int* coefficients, bool full) {
  // The coefficients are those of limited range; full range stretches chroma less and luma not at all.
  const auto chroma = [full](int coefficient) {
    const int value = full ? coefficient * 224 / 255 : coefficient;
    return static_cast<std::int16_t>((value + 4) >> 3);
  };
  const int luma = full ? 1 << 16 : (1 << 16) * 255 / 219;
  return {.luma = static_cast<std::int16_t>((luma + 4) >> 3),
          .luma_offset = static_cast<std::int16_t>(full ? 0 : 16 * 8),
          .red_of_v = chroma(coefficients[0]),
          .green_of_u = chroma(-coefficients[2]),
          .green_of_v = chroma(-coefficients[3]),
          .blue_of_u = chroma(coefficients[1])};
}

#ifdef GALLOP_YUV_TO_RGB
namespace {

// prfchw: fetching for writing; processors with AVX2 that lack it take the instruction for nothing to do.
#define GALLOP_AVX2 __attribute__((target("avx2,prfchw")))

// Sixteen chroma values, each added to two columns of two rows.
struct Chroma {
  __m256i red, green, blue;
};

// Where the bytes of one colour go in the three blocks of sixteen that sixteen pixels become. The packed pixels come in the order
// 0 2 .. 14 1 3 .. 15: even columns before odd ones.
constexpr std::array<std::array<std::int8_t, 16>, 3> places(int colour) {
  std::array<std::array<std::int8_t, 16>, 3> all{};
  for (int at = 0; at < 48; ++at) {
    const int pixel = at / 3;
    all[at / 16][at % 16] = static_cast<std::int8_t>(at % 3 == colour ? pixel / 2 + pixel % 2 * 8 : -1);
  }
  return all;
}
constexpr std::array kPlaces = {places(0), places(1), places(2)};

GALLOP_AVX2 inline __m256i place(__m256i bytes, int colour, int block) {
  const auto* order = kPlaces[static_cast<std::size_t>(colour)][static_cast<std::size_t>(block)].data();
  return _mm256_shuffle_epi8(bytes, _mm256_broadcastsi128_si256(_mm_loadu_si128(reinterpret_cast<const __m128i*>(order))));
}

GALLOP_AVX2 inline __m256i chroma_of(const std::uint8_t* at) {
  const auto bytes = _mm256_cvtepu8_epi16(_mm_loadu_si128(reinterpret_cast<const __m128i*>(at)));
  return _mm256_sub_epi16(_mm256_slli_epi16(bytes, 3), _mm256_set1_epi16(128 * 8));
}

GALLOP_AVX2 inline Chroma chroma_terms(const std::uint8_t* u, const std::uint8_t* v, const YuvFactors& factors) {
  const auto at_u = chroma_of(u), at_v = chroma_of(v);
  // Each product is cut off on its own, as the scaler does: green is not the cut of a sum.
  return {.red = _mm256_mulhi_epi16(at_v, _mm256_set1_epi16(factors.red_of_v)),
          .green = _mm256_add_epi16(_mm256_mulhi_epi16(at_u, _mm256_set1_epi16(factors.green_of_u)),
                                    _mm256_mulhi_epi16(at_v, _mm256_set1_epi16(factors.green_of_v))),
          .blue = _mm256_mulhi_epi16(at_u, _mm256_set1_epi16(factors.blue_of_u))};
}

GALLOP_AVX2 inline __m256i luma_term(__m256i luma, const YuvFactors& factors) {
  const auto value = _mm256_sub_epi16(_mm256_slli_epi16(luma, 3), _mm256_set1_epi16(factors.luma_offset));
  return _mm256_mulhi_epi16(value, _mm256_set1_epi16(factors.luma));
}

// 32 pixels of one row.
GALLOP_AVX2 inline void pixels(const std::uint8_t* y, const Chroma& chroma, const YuvFactors& factors, std::uint8_t* rgb) {
  const auto luma = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(y));
  const auto even = luma_term(_mm256_and_si256(luma, _mm256_set1_epi16(255)), factors);
  const auto odd = luma_term(_mm256_srli_epi16(luma, 8), factors);
  const auto red = _mm256_packus_epi16(_mm256_add_epi16(even, chroma.red), _mm256_add_epi16(odd, chroma.red));
  const auto green = _mm256_packus_epi16(_mm256_add_epi16(even, chroma.green), _mm256_add_epi16(odd, chroma.green));
  const auto blue = _mm256_packus_epi16(_mm256_add_epi16(even, chroma.blue), _mm256_add_epi16(odd, chroma.blue));
  for (int block = 0; block < 3; ++block) {
    const auto mixed = _mm256_or_si256(_mm256_or_si256(place(red, 0, block), place(green, 1, block)), place(blue, 2, block));
    auto* out = reinterpret_cast<__m128i*>(rgb + 16 * block);
    _mm_storeu_si128(out, _mm256_castsi256_si128(mixed));
    _mm_storeu_si128(out + 3, _mm256_extracti128_si256(mixed, 1));
  }
}

// Two rows of luma, which share their chroma, and of pixels.
struct RowPair {
  const std::uint8_t *upper, *lower, *u, *v;
  std::uint8_t* rgb;
};

RowPair row_pair(const std::uint8_t* const planes[], const int strides[], std::ptrdiff_t row, int width, std::uint8_t* rgb) {
  const auto* upper = planes[0] + row * strides[0];
  return {upper, upper + strides[0], planes[1] + row / 2 * strides[1], planes[2] + row / 2 * strides[2], rgb + 3 * row * width};
}

// Brings the memory of 32 columns near. Decoding has driven the pixels of the frame before out of the inner caches, and frames are
// decoded long before they are due: waiting for them takes longer than the arithmetic. Not inlined at once, GCC would drop the call as one
// without effect.
GALLOP_AVX2 __attribute__((always_inline)) inline void fetch(const RowPair& rows, int x, int width) {
  __builtin_prefetch(rows.upper + x);
  __builtin_prefetch(rows.lower + x);
  __builtin_prefetch(rows.u + x / 2);
  __builtin_prefetch(rows.v + x / 2);
  const auto* upper = rows.rgb + std::ptrdiff_t{3} * x;
  const auto* lower = upper + std::ptrdiff_t{3} * width;
  __builtin_prefetch(upper, 1);
  __builtin_prefetch(upper + 64, 1);
  __builtin_prefetch(lower, 1);
  __builtin_prefetch(lower + 64, 1);
}

// The last 32 columns are done from the end: some of them twice, none beyond the row.
GALLOP_AVX2 void convert(const RowPair& rows, const RowPair& next, int width, const YuvFactors& factors) {
  for (int x = 0; x < width; x += 32) {
    x = std::min(x, width - 32);
    fetch(next, x, width);
    const auto chroma = chroma_terms(rows.u + x / 2, rows.v + x / 2, factors);
    pixels(rows.upper + x, chroma, factors, rows.rgb + std::ptrdiff_t{3} * x);
    pixels(rows.lower + x, chroma, factors, rows.rgb + std::ptrdiff_t{3} * (width + x));
  }
}

// A picture in which every U meets every V, with luma all over the place, by both ways.
bool agrees(int matrix, bool full) {
  constexpr int kWidth = 512, kHeight = 512, kSide = 256;
  std::vector<std::uint8_t> y(kWidth * kHeight), u(kSide * kSide), v(kSide * kSide);
  for (std::size_t i = 0; i < y.size(); ++i) y[i] = static_cast<std::uint8_t>(i * 2654435761u >> 16);
  for (std::size_t i = 0; i < u.size(); ++i) {
    u[i] = static_cast<std::uint8_t>(i % kSide);
    v[i] = static_cast<std::uint8_t>(i / kSide);
  }
  const std::uint8_t* const planes[] = {y.data(), u.data(), v.data(), nullptr};
  const int strides[] = {kWidth, kSide, kSide, 0};
  const Scaler scaler(
      sws_getContext(kWidth, kHeight, AV_PIX_FMT_YUV420P, kWidth, kHeight, AV_PIX_FMT_RGB24, SWS_BICUBIC, nullptr, nullptr, nullptr));
  const int* coefficients = sws_getCoefficients(matrix);
  if (!scaler || sws_setColorspaceDetails(scaler.get(), coefficients, full ? 1 : 0, coefficients, 1, 0, 1 << 16, 1 << 16) < 0) return false;
  std::vector<std::uint8_t> theirs(3 * y.size() + 128), ours(theirs.size());  // the scaler may write past the end of a row
  std::uint8_t* const target[] = {theirs.data(), nullptr, nullptr, nullptr};
  const int target_strides[] = {3 * kWidth, 0, 0, 0};
  if (sws_scale(scaler.get(), planes, strides, 0, kHeight, target, target_strides) != kHeight) return false;
  yuv_to_rgb(planes, strides, kWidth, kHeight, yuv_factors(coefficients, full), ours.data());
  return std::equal(ours.begin(), ours.end() - 128, theirs.begin());
}

}  // namespace

bool has_yuv_to_rgb() {
  // Other builds of the scaler (without vector code, later versions) may round otherwise; then all is left to them.
  static const bool usable = __builtin_cpu_supports("avx2") != 0 && agrees(SWS_CS_ITU601, false) && agrees(SWS_CS_ITU709, true);
  return usable;
}

void yuv_to_rgb(const std::uint8_t* const planes[], const int strides[], int width, int height, const YuvFactors& factors,
                std::uint8_t* rgb) {
  for (std::ptrdiff_t row = 0; row < height; row += 2)
    convert(row_pair(planes, strides, row, width, rgb),
            row_pair(planes, strides, std::min<std::ptrdiff_t>(row + 2, height - 2), width, rgb), width, factors);
}
#else
bool has_yuv_to_rgb() { return false; }
void yuv_to_rgb(const std::uint8_t* const[], const int[], int, int, const YuvFactors&, std::uint8_t*) {}
#endif

}  // namespace gallop::media
