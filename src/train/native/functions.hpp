#pragma once

#include <bit>
#include <cmath>
#include <cstdint>

namespace kindred::train::native {

// Functions of one float that a compiler turns into vector instructions: no calls, no branches. The same bits
// on every processor with fused multiply-adds, which the C library does not promise.

/// e^x to 2 units in the last place; x is taken as at least -87 and at most 88. NaN stays NaN. After Cephes'
/// expf (Moshier 1989): x = n log 2 + r, and a polynomial of r.
inline float exponential(float x) {
  x = x < -87.0f ? -87.0f : x;
  x = x > 88.0f ? 88.0f : x;
  constexpr float whole = 0x1.8p23f;  // added, it leaves the nearest integer in the last bits
  const float shifted = x * 1.44269504f + whole;
  const float n = shifted - whole;
  const float r = (x - n * 0.693359375f) + n * 2.12194440e-4f;
  float p = 1.9875691500e-4f;
  p = p * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  p = p * (r * r) + (r + 1.0f);
  return p * std::bit_cast<float>((std::bit_cast<std::uint32_t>(shifted) + 127u) << 23);
}

inline float logistic(float x) { return 1.0f / (1.0f + exponential(-x)); }

/// After Cephes' tanhf: a polynomial near 0, where 1 - 2 / (e^2x + 1) would cancel.
inline float hyperbolic_tangent(float x) {
  const float s = x * x;
  float p = -5.70498872745e-3f;
  p = p * s + 2.06390887954e-2f;
  p = p * s - 5.37397155531e-2f;
  p = p * s + 1.33314422036e-1f;
  p = p * s - 3.33332819422e-1f;
  const float near = p * s * x + x;
  const float far = 1.0f - 2.0f / (exponential(2.0f * x) + 1.0f);
  return std::fabs(x) < 0.625f ? near : far;
}

/// The standard normal distribution function, to a relative 2e-7, also far out; by the approximation of erfc
/// in Numerical Recipes (Press et al. 1992, section 6.2).
inline float normal_distribution(float x) {
  const float z = std::fabs(x) * 0.707106781f;
  const float t = 1.0f / (1.0f + 0.5f * z);
  float p = 0.17087277f;
  p = p * t - 0.82215223f;
  p = p * t + 1.48851587f;
  p = p * t - 1.13520398f;
  p = p * t + 0.27886807f;
  p = p * t - 0.18628806f;
  p = p * t + 0.09678418f;
  p = p * t + 0.37409196f;
  p = p * t + 1.00002368f;
  p = p * t - 1.26551223f;
  const float tail = 0.5f * t * exponential(p - z * z);
  return x < 0.0f ? tail : 1.0f - tail;
}

/// Its derivative.
inline float normal_density(float x) { return 0.398942280f * exponential(-0.5f * x * x); }

}  // namespace kindred::train::native
