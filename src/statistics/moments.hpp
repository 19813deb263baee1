#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

/// Marks an inline function that device kernels call as well.
#if defined(__CUDACC__) || defined(__HIPCC__)
#define KINDRED_FUNCTION __host__ __device__
#else
#define KINDRED_FUNCTION
#endif

namespace kindred::statistics {

/// The columns of a `moments` row, in order.
inline constexpr std::array<std::string_view, 12> moment_names = {
    "count",   "mean",    "variance", "skewness", "kurtosis",      "minimum",
    "maximum", "l1_norm", "l2_norm",  "mean_abs", "zero_fraction", "nonfinite"};
inline constexpr std::size_t moment_count = moment_names.size();
using MomentRow = std::array<double, moment_count>;
/// Positions in moment_names.
namespace moment_column {
enum : std::size_t {
  count,
  mean,
  variance,
  skewness,
  kurtosis,
  minimum,
  maximum,
  l1_norm,
  l2_norm,
  mean_abs,
  zero_fraction,
  nonfinite
};
}

/// Mergeable summary of a set of values. NaN and infinities are counted in `nonfinite` and enter nothing
/// else.
struct Moments {
  double count = 0;  ///< finite values
  double mean = 0;
  double m2 = 0, m3 = 0, m4 = 0;    ///< sums of powers of (value - mean)
  double minimum = 0, maximum = 0;  ///< meaningless while count is 0
  double l1 = 0, squares = 0;       ///< sums of |value| and value²
  double zeros = 0, nonfinite = 0;  ///< counts

  /// `variance` = m2/count, `skewness` and excess `kurtosis` by the same normalisation (scipy's defaults),
  /// NaN where the variance is 0; an empty set has count and norms 0, and NaN elsewhere but in `nonfinite`.
  MomentRow row() const;
  /// The summary whose row is `row` (its inverse up to rounding); for merging stored rows.
  static Moments from_row(const MomentRow& row);
};

/// Of values in host memory. Independent.
Moments moments_of(std::span<const float> values);

/// Pairwise update (Chan, Golub & LeVeque 1983; third and fourth moments: Pébay 2008). The result depends on
/// the order of merging in its last bits only; an empty summary changes no bit of the other.
KINDRED_FUNCTION inline void merge(Moments& into, const Moments& other) {
  into.nonfinite += other.nonfinite;
  if (other.count == 0) return;
  if (into.count == 0) {
    const double nonfinite = into.nonfinite;
    into = other;
    into.nonfinite = nonfinite;
    return;
  }
  const double a = into.count, b = other.count, n = a + b;
  const double delta = other.mean - into.mean, step = delta / n, between = delta * step * a * b;
  into.m4 += other.m4 + between * step * step * (a * a - a * b + b * b) +
             6 * step * step * (a * a * other.m2 + b * b * into.m2) + 4 * step * (a * other.m3 - b * into.m3);
  into.m3 += other.m3 + between * step * (a - b) + 3 * step * (a * other.m2 - b * into.m2);
  into.m2 += other.m2 + between;
  into.mean += step * b;
  into.count = n;
  into.minimum = other.minimum < into.minimum ? other.minimum : into.minimum;
  into.maximum = other.maximum > into.maximum ? other.maximum : into.maximum;
  into.l1 += other.l1;
  into.squares += other.squares;
  into.zeros += other.zeros;
}

}  // namespace kindred::statistics
