#pragma once

#include <bit>
#include <cmath>
#include <cstdint>

namespace kindred::compare {

// One column's part of the Jensen-Shannon divergence, for loops that a compiler turns into vector
// instructions: no calls, no branches.
//
// With s = p + q, d = (p - q) / s and g(d) = ((1 + d) ln(1 + d) + (1 - d) ln(1 - d)) / 2, the divergence in
// nats is Σ s g(d) / 2: no part is negative, so nothing cancels where p and q are nearly equal.

/// ln w to 4e-7 or one rounding, from the bits' exponent and a polynomial of the fraction; finite at 0. w >=
/// 0.
inline float natural_logarithm(float w) {
  const auto bits = std::bit_cast<std::uint32_t>(w);
  const auto exponent = static_cast<float>(static_cast<std::int32_t>(bits >> 23) - 127);
  const float f = std::bit_cast<float>((bits & 0x007fffffu) | 0x3f800000u) - 1.5f;
  float p = 0.010484106533234493f;
  p = p * f - 0.017414205670435962f;
  p = p * f + 0.02586221163578758f;
  p = p * f - 0.048928987479870005f;
  p = p * f + 0.09880489068037145f;
  p = p * f - 0.2222454017457821f;
  p = p * f + 0.666665755499288f;
  p = p * f + 0.4054652915797135f;
  return exponent * 0.6931471805599453f + p;
}

/// s g(d) for x = p - q and s = p + q, p and q >= 0: g(d) = d² (A(w) + w B(w) ln w) with w = 1 - d², which is
/// far from a polynomial at w = 0 only, by its logarithm. The coefficients leave a relative error of 2.5e-7,
/// all roundings one of 1e-6. Parts with s far below 1e-30 count as 0.
inline float divergence_part(float x, float s) {
  const float d = x / (s + 1e-30f);
  const float w = std::fabs(1.0f - d * d);  // rounding could make it negative
  float a = 0.005282893306303817f;
  a = a * w - 0.050010903426439914f;
  a = a * w - 0.2207301856957006f;
  a = a * w - 0.022835025033072498f;
  a = a * w + 0.09514634099067634f;
  a = a * w + 0.6931470059620654f;
  float b = 0.16099007668208673f;
  b = b * w + 0.2922680187200556f;
  b = b * w + 0.24976330482167988f;
  return x * d * (b * w * natural_logarithm(w) + a);
}

/// The Jensen-Shannon distance, base 2, from Σ divergence_part. At most 1; NaN stays NaN.
inline double jensen_shannon_distance(double parts) {
  constexpr double twice_ln2 = 1.3862943611198906;
  const double distance = std::sqrt(parts / twice_ln2);
  return distance > 1 ? 1 : distance;
}

}  // namespace kindred::compare
