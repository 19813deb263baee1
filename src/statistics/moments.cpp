#include "statistics/moments.hpp"

#include <cmath>
#include <limits>

#include "statistics/moments_kernel.hpp"

namespace kindred::statistics {
MomentRow Moments::row() const {
  MomentRow row;
  row.fill(std::numeric_limits<double>::quiet_NaN());
  row[moment_column::count] = count;
  row[moment_column::l1_norm] = l1;
  row[moment_column::l2_norm] = std::sqrt(squares);
  row[moment_column::nonfinite] = nonfinite;
  if (count == 0) return row;
  row[moment_column::mean] = mean;
  row[moment_column::variance] = m2 / count;
  if (m2 > 0) {
    row[moment_column::skewness] = std::sqrt(count) * m3 / (m2 * std::sqrt(m2));
    row[moment_column::kurtosis] = count * m4 / (m2 * m2) - 3;
  }
  row[moment_column::minimum] = minimum;
  row[moment_column::maximum] = maximum;
  row[moment_column::mean_abs] = l1 / count;
  row[moment_column::zero_fraction] = zeros / count;
  return row;
}

Moments Moments::from_row(const MomentRow& row) {
  Moments m;
  m.nonfinite = row[moment_column::nonfinite];
  m.count = row[moment_column::count];
  if (m.count == 0) return m;
  m.mean = row[moment_column::mean];
  m.m2 = row[moment_column::variance] * m.count;
  if (m.m2 > 0) {
    m.m3 = row[moment_column::skewness] * m.m2 * std::sqrt(m.m2) / std::sqrt(m.count);
    m.m4 = (row[moment_column::kurtosis] + 3) * m.m2 * m.m2 / m.count;
  }
  m.minimum = row[moment_column::minimum];
  m.maximum = row[moment_column::maximum];
  m.l1 = row[moment_column::l1_norm];
  m.squares = row[moment_column::l2_norm] * row[moment_column::l2_norm];
  m.zeros = std::round(row[moment_column::zero_fraction] * m.count);
  return m;
}

Moments moments_of(std::span<const float> values) {
  constexpr int width = Tuning<Kokkos::DefaultHostExecutionSpace>::width;
  const Segment segment{values.data(), static_cast<std::int64_t>(values.size())};
  Moments moments;
  for (const auto& block : make_blocks(std::span(&segment, 1)))
    merge(moments, part_moments(Part<float, width>{block.data, block.size, 0, width}));
  return moments;
}

}  // namespace kindred::statistics
