#include <Kokkos_Core.hpp>

#include "compare/block.hpp"

namespace kindred::compare {
namespace {

constexpr std::int64_t chunk = 1024;  // 4 + 4 rows of it stay in the first-level cache
constexpr int tile = 4;               // 16 accumulators and 8 loads fit the vector registers

/// Adds Σ|a_p - b_q| of 4 × 4 rows over `length` elements.
KOKKOS_INLINE_FUNCTION void add_tile(const float* a, const float* b, std::int64_t stride, std::int64_t length,
                                     double* out) {
  const float *a0 = a, *a1 = a + stride, *a2 = a + 2 * stride, *a3 = a + 3 * stride;
  const float *b0 = b, *b1 = b + stride, *b2 = b + 2 * stride, *b3 = b + 3 * stride;
  // Scalars and not an array: the compiler keeps these in registers.
  float s00 = 0, s01 = 0, s02 = 0, s03 = 0, s10 = 0, s11 = 0, s12 = 0, s13 = 0;
  float s20 = 0, s21 = 0, s22 = 0, s23 = 0, s30 = 0, s31 = 0, s32 = 0, s33 = 0;
#pragma omp simd reduction(+ : s00, s01, s02, s03, s10, s11, s12, s13, s20, s21, s22, s23, s30, s31, s32, s33)
  for (std::int64_t i = 0; i < length; ++i) {
    const float x0 = a0[i], x1 = a1[i], x2 = a2[i], x3 = a3[i];
    const float y0 = b0[i], y1 = b1[i], y2 = b2[i], y3 = b3[i];
    s00 += fabsf(x0 - y0), s01 += fabsf(x0 - y1), s02 += fabsf(x0 - y2), s03 += fabsf(x0 - y3);
    s10 += fabsf(x1 - y0), s11 += fabsf(x1 - y1), s12 += fabsf(x1 - y2), s13 += fabsf(x1 - y3);
    s20 += fabsf(x2 - y0), s21 += fabsf(x2 - y1), s22 += fabsf(x2 - y2), s23 += fabsf(x2 - y3);
    s30 += fabsf(x3 - y0), s31 += fabsf(x3 - y1), s32 += fabsf(x3 - y2), s33 += fabsf(x3 - y3);
  }
  const float sums[tile * tile] = {s00, s01, s02, s03, s10, s11, s12, s13,
                                   s20, s21, s22, s23, s30, s31, s32, s33};
  for (int p = 0; p < tile; ++p)
    for (int q = 0; q < tile; ++q) out[p * block_runs + q] += static_cast<double>(sums[p * tile + q]);
}

}  // namespace

void absolute_differences(const float* a, const float* b, std::int64_t stride, PairSums& out) {
  out.fill(0);
  double* const sums = out.data();
  using Host = Kokkos::DefaultHostExecutionSpace;
  Kokkos::parallel_for(
      "kindred::compare::absolute_differences", Kokkos::RangePolicy<Host>(0, block_runs / tile),
      KOKKOS_LAMBDA(const int row) {
        const float* rows = a + row * tile * stride;
        for (std::int64_t first = 0; first < stride; first += chunk) {
          const std::int64_t length = stride - first < chunk ? stride - first : chunk;
          for (int column = 0; column < block_runs / tile; ++column)
            add_tile(rows + first, b + column * tile * stride + first, stride, length,
                     sums + row * tile * block_runs + column * tile);
        }
      });
}

}  // namespace kindred::compare
