#include "statistics/moments.hpp"

#include <cmath>
#include <limits>

#include "statistics/moments_kernel.hpp"

namespace kindred::statistics {
namespace {

// Positions in moment_names.
enum Column {
  count_column,
  mean_column,
  variance_column,
  skewness_column,
  kurtosis_column,
  minimum_column,
  maximum_column,
  l1_norm_column,
  l2_norm_column,
  mean_abs_column,
  zero_fraction_column,
  nonfinite_column
};

}  // namespace

MomentRow Moments::row() const {
  MomentRow row;
  row.fill(std::numeric_limits<double>::quiet_NaN());
  row[count_column] = count;
  row[l1_norm_column] = l1;
  row[l2_norm_column] = std::sqrt(squares);
  row[nonfinite_column] = nonfinite;
  if (count == 0) return row;
  row[mean_column] = mean;
  row[variance_column] = m2 / count;
  if (m2 > 0) {
    row[skewness_column] = std::sqrt(count) * m3 / (m2 * std::sqrt(m2));
    row[kurtosis_column] = count * m4 / (m2 * m2) - 3;
  }
  row[minimum_column] = minimum;
  row[maximum_column] = maximum;
  row[mean_abs_column] = l1 / count;
  row[zero_fraction_column] = zeros / count;
  return row;
}

Moments Moments::from_row(const MomentRow& row) {
  Moments m;
  m.nonfinite = row[nonfinite_column];
  m.count = row[count_column];
  if (m.count == 0) return m;
  m.mean = row[mean_column];
  m.m2 = row[variance_column] * m.count;
  if (m.m2 > 0) {
    m.m3 = row[skewness_column] * m.m2 * std::sqrt(m.m2) / std::sqrt(m.count);
    m.m4 = (row[kurtosis_column] + 3) * m.m2 * m.m2 / m.count;
  }
  m.minimum = row[minimum_column];
  m.maximum = row[maximum_column];
  m.l1 = row[l1_norm_column];
  m.squares = row[l2_norm_column] * row[l2_norm_column];
  m.zeros = std::round(row[zero_fraction_column] * m.count);
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
