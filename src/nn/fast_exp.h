// e^x for kernels that the compiler turns into vector code.
#pragma once

#include <bit>
#include <cstdint>

#include "nn/kernel_clones.h"

namespace gallop::nn::kernels {

// e^x of x in [-87, 88], by range reduction and a degree 6 polynomial: relative error below 2e-7.
GALLOP_INLINE float fast_exp(float x) {
  const float rounded = x * 1.44269504088896341f + 12582912.0f;  // 1.5 * 2^23: rounds to the nearest integer
  const float n = rounded - 12582912.0f;
  float r = x - n * 0.693359375f;
  r += n * 2.12194440e-4f;
  float p = 1.9875691500e-4f;
  p = p * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  p = p * r * r + r + 1.0f;
  return p * std::bit_cast<float>((static_cast<std::int32_t>(n) + 127) << 23);
}

// x / (1 + e^-t), x times the logistic function of t. Below t = -60 the factor stays at 1e-26. A clamp where e^-t overflows would do
// too, but compilers compute the clamped case for every lane and choose later, and quotients too small for a normal number cost a
// hundred cycles each although nobody reads them.
GALLOP_INLINE float logistic_part(float x, float t) {
  t = t < -60.0f ? -60.0f : t;
  t = t > 87.0f ? 87.0f : t;
  return x / (1.0f + fast_exp(-t));
}

// 0.5 x (1 + tanh u) = x / (1 + e^(-2u)), u = sqrt(2/pi) (x + 0.044715 x^3)
GALLOP_INLINE float gelu_tanh_of(float x) {
  const float u = 0.7978845608028654f * (x + 0.044715f * x * x * x);
  return logistic_part(x, 2.0f * u);
}

}  // namespace gallop::nn::kernels
