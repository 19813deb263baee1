#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>
#include <vector>

#include "statistics/moments_kernel.hpp"

namespace kindred::statistics {

// Fourth powers of doubles, and squares of sums of squares, can leave double's range at both ends. Where the
// values are so large or small, they are first multiplied by a power of two; floats never are.

inline bool is_zero(const Moments& m) { return m.count == 0 || (m.minimum == 0 && m.maximum == 0); }

/// The power of two in whose units sums over these values are safe.
inline int unit_of(const Moments& m) {
  if (is_zero(m)) return 0;
  const int exponent = std::ilogb(std::max(-m.minimum, m.maximum));
  return std::abs(exponent) <= 150 ? 0 : exponent;
}

/// The moments of the values times 2^exponent.
inline Moments scaled(Moments m, int exponent) {
  for (double* sum : {&m.mean, &m.minimum, &m.maximum, &m.l1}) *sum = std::ldexp(*sum, exponent);
  for (double* sum : {&m.m2, &m.squares}) *sum = std::ldexp(*sum, 2 * exponent);
  m.m3 = std::ldexp(m.m3, 3 * exponent);
  m.m4 = std::ldexp(m.m4, 4 * exponent);
  return m;
}

/// The moments of values given in units of 2^unit.
inline Moments moments_in_units(const BasicSegment<double>& segment, int unit) {
  constexpr int width = Tuning<Kokkos::DefaultHostExecutionSpace>::width;
  Moments sum;
  std::vector<double> block;
  for (std::int64_t first = 0; first < segment.size; first += block_size) {
    const double* const data = segment.data + first;
    block.assign(data, data + std::min(block_size, segment.size - first));
    for (double& value : block) value = std::ldexp(value, -unit);
    merge(sum, part_moments(Part<double, width>{block.data(), static_cast<int>(block.size()), 0, width}));
  }
  return sum;
}

/// The row of values whose moments in units of 2^unit are `m`. `exact` is the row of the values as they are,
/// right in its counts and extremes.
inline MomentRow row_of_scaled(const Moments& m, int unit, std::span<const double> exact) {
  using namespace moment_column;
  MomentRow row = m.row();
  for (const auto column : {mean, l1_norm, l2_norm, mean_abs}) row[column] = std::ldexp(row[column], unit);
  row[variance] = std::ldexp(row[variance], 2 * unit);
  for (const auto column : {minimum, maximum, zero_fraction}) row[column] = exact[column];
  return row;
}

/// Replaces the rows [segments + 1, 12] where a segment needs other units. rows: the segments' moments as
/// they are.
inline void scale_moments(std::span<const BasicSegment<double>> segments, std::span<const Moments> rows,
                          std::span<double> out) {
  int unit = std::numeric_limits<int>::min();
  for (const Moments& row : rows)
    if (!is_zero(row)) unit = std::max(unit, unit_of(row));
  const auto write = [&](std::size_t row, const Moments& m, int units) {
    const auto values = out.subspan(row * moment_count, moment_count);
    std::ranges::copy(row_of_scaled(m, units, values), values.begin());
  };
  Moments all;
  for (std::size_t s = 0; s < segments.size(); ++s) {
    const int own = unit_of(rows[s]);
    const Moments m = own == 0 ? rows[s] : moments_in_units(segments[s], own);
    if (own != 0) write(s, m, own);
    merge(all, is_zero(rows[s]) ? m : scaled(m, own - unit));
  }
  write(segments.size(), all, unit);
}

}  // namespace kindred::statistics
