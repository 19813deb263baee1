#include <Kokkos_Core.hpp>
#include <algorithm>

#include "compare/block.hpp"

namespace kindred::compare {
namespace {

constexpr std::int64_t chunk = 2048;  // of which two blocks of runs stay in the second-level cache
constexpr int tile = 4;               // 16 accumulators and 8 loads fit the vector registers

/// Adds Σ w |a_p - b_q| of 4 × 4 rows over `length` elements.
template <bool weighted>
KOKKOS_INLINE_FUNCTION void add_tile(const float* a, const float* b, std::int64_t stride, const float* w,
                                     std::int64_t length, double* out) {
  const float *a0 = a, *a1 = a + stride, *a2 = a + 2 * stride, *a3 = a + 3 * stride;
  const float *b0 = b, *b1 = b + stride, *b2 = b + 2 * stride, *b3 = b + 3 * stride;
  // Scalars and not an array: the compiler keeps these in registers.
  float s00 = 0, s01 = 0, s02 = 0, s03 = 0, s10 = 0, s11 = 0, s12 = 0, s13 = 0;
  float s20 = 0, s21 = 0, s22 = 0, s23 = 0, s30 = 0, s31 = 0, s32 = 0, s33 = 0;
#pragma omp simd reduction(+ : s00, s01, s02, s03, s10, s11, s12, s13, s20, s21, s22, s23, s30, s31, s32, s33)
  for (std::int64_t i = 0; i < length; ++i) {
    const float x0 = a0[i], x1 = a1[i], x2 = a2[i], x3 = a3[i];
    const float y0 = b0[i], y1 = b1[i], y2 = b2[i], y3 = b3[i];
    const float u = weighted ? w[i] : 1.0f;
    s00 += u * fabsf(x0 - y0), s01 += u * fabsf(x0 - y1), s02 += u * fabsf(x0 - y2),
        s03 += u * fabsf(x0 - y3);
    s10 += u * fabsf(x1 - y0), s11 += u * fabsf(x1 - y1), s12 += u * fabsf(x1 - y2),
        s13 += u * fabsf(x1 - y3);
    s20 += u * fabsf(x2 - y0), s21 += u * fabsf(x2 - y1), s22 += u * fabsf(x2 - y2),
        s23 += u * fabsf(x2 - y3);
    s30 += u * fabsf(x3 - y0), s31 += u * fabsf(x3 - y1), s32 += u * fabsf(x3 - y2),
        s33 += u * fabsf(x3 - y3);
  }
  const float sums[tile * tile] = {s00, s01, s02, s03, s10, s11, s12, s13,
                                   s20, s21, s22, s23, s30, s31, s32, s33};
  for (int p = 0; p < tile; ++p)
    for (int q = 0; q < tile; ++q) out[p * block_runs + q] += static_cast<double>(sums[p * tile + q]);
}

/// A row of tiles over a chunk: all the tiles of columns that are wanted.
template <bool weighted>
struct TileRow {
  BlockPair pair;
  std::int64_t first, count;
  const float* widths;
  double* sums;

  KOKKOS_INLINE_FUNCTION void operator()(int row) const {
    const float* rows = pair.left + row * tile * pair.stride + first;
    const int columns = static_cast<int>((pair.columns + tile - 1) / tile);
    for (int column = pair.diagonal ? row : 0; column < columns; ++column)
      add_tile<weighted>(rows, pair.right + column * tile * pair.stride + first, pair.stride,
                         weighted ? widths + first : nullptr, count,
                         sums + row * tile * block_runs + column * tile);
  }
};

template <bool weighted>
void add_all(const BlockPair& pair, std::int64_t length, const float* widths, double* sums) {
  using Host = Kokkos::DefaultHostExecutionSpace;
  for (std::int64_t first = 0; first < length; first += chunk)
    Kokkos::parallel_for("kindred::compare::absolute_differences",
                         Kokkos::RangePolicy<Host>(0, (pair.rows + tile - 1) / tile),
                         TileRow<weighted>{pair, first, std::min(chunk, length - first), widths, sums});
  Host().fence();
}

}  // namespace

void absolute_differences(const BlockPair& pair, std::int64_t length, const float* widths, PairSums& out) {
  out.fill(0);
  if (widths)
    add_all<true>(pair, length, widths, out.data());
  else
    add_all<false>(pair, length, nullptr, out.data());
}

}  // namespace kindred::compare
