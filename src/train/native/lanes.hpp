#pragma once

#include <cstdint>
#include <experimental/simd>

namespace kindred::train::native {

/// Sixteen floats that the compiler maps on whatever vectors the machine has. Their number is part of every
/// sum over lanes, so it is the same everywhere: a training by an optimised build of one compiler gives the
/// same bits on every processor with fused multiply-adds.
constexpr int lanes = 16;
using Lanes = std::experimental::fixed_size_simd<float, lanes>;

inline Lanes load(const float* from) { return Lanes(from, std::experimental::element_aligned); }
inline void store(const Lanes& values, float* to) { values.copy_to(to, std::experimental::element_aligned); }

/// The sum of value(at) over 0..count-1, in an order that depends on the count alone: lane by lane, then the
/// lanes pairwise. `at(p)` is p[i], for sixteen i in a row or for one.
template <class Value>
float sum_lanes(std::int64_t count, Value value) {
  std::int64_t i = 0;
  Lanes vector = 0.0f;
  for (; i + lanes <= count; i += lanes) vector += value([i](const float* p) { return load(p + i); });
  float sums[lanes];
  store(vector, sums);
  for (int lane = 0; i < count; ++i, ++lane) sums[lane] += value([i](const float* p) { return p[i]; });
  for (int half = lanes / 2; half > 0; half /= 2)
    for (int lane = 0; lane < half; ++lane) sums[lane] += sums[lane + half];
  return sums[0];
}

}  // namespace kindred::train::native
